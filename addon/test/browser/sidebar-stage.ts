/** All that the add-on needs around it: the real server, a person whom Google knows, a spreadsheet. */
import { type Fake, type FakeOptions, startFake } from "../apps-script/fake.ts";
import { Workbook } from "../apps-script/workbook.ts";
import { type Browser, startBrowser } from "./browser.ts";
import { type Google, startGoogle } from "./google.ts";
import { type Program, startProgram } from "./program.ts";

/** The member of the demo organization. */
const member = "demo@example.com";

export interface Stage {
  readonly browser: Browser;
  readonly program: Program;
  /** The script in front of this spreadsheet, used by the member unless somebody else is named. */
  readonly fake: (workbook: Workbook, options?: FakeOptions & { email?: string }) => Fake;
  readonly stop: () => Promise<void>;
}

export async function startStage(): Promise<Stage> {
  const endings: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    for (const end of endings) await end();
  };
  try {
    const google: Google = await startGoogle();
    endings.unshift(google.stop);
    const program = await startProgram(google.settings);
    endings.unshift(program.stop);
    const browser = await startBrowser();
    endings.unshift(browser.close);
    const fake: Stage["fake"] = (workbook, { email = member, ...options } = {}) => {
      const person = { email, identityToken: google.identityToken(email) };
      const started = startFake({ workbook, server: program.address, person, ...options });
      endings.unshift(started.stop);
      return started;
    };
    return { browser, program, fake, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Two sheets with findings of all levels: copies, policies, safe and unsafe fixes. */
export function model(): Workbook {
  const workbook = new Workbook();
  const cells: Record<string, string | number> = {
    A1: 5,
    B1: "=A1*1.07",
    C1: "=SUM(A1:A9)",
    C2: "=IF(A1>1,TRUE,FALSE)",
    C3: "=SUM(A1)+0",
    C4: "=NOW()",
  };
  for (let row = 2; row <= 40; row += 1) cells[`D${row}`] = `=VLOOKUP(B${row}, Rates!A:B, 2)`;
  workbook.add("Model", cells);
  workbook.add("Rates", { A1: "EUR", B1: 1.1, C1: "=VLOOKUP(B1, A:B, 2)" });
  return workbook;
}

/** A spreadsheet in which nothing is found. */
export function clean(): Workbook {
  const workbook = new Workbook();
  workbook.add("Plain", { A1: 1, A2: 2, A3: "=SUM(A1:A2)" });
  return workbook;
}

/** `count` formulas of which each is another one and has a finding. */
export function large(count: number, templates = count): Workbook {
  const workbook = new Workbook();
  const sheet = workbook.add("Large");
  sheet.rows = count + 1;
  for (let row = 1; row <= count; row += 1) {
    const formula = `=VLOOKUP(B${row}, Rates!A:B, ${(row % templates) + 2})`;
    sheet.edit(4, row, { formula });
  }
  return workbook;
}
