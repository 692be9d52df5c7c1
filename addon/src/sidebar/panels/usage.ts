/** What was used of what the plan allows. */
import { make } from "../../shared/elements.ts";
import { number } from "../figures.ts";
import type { Panel, Surface } from "../panel.ts";
import { readUsage, type Usage } from "./answers.ts";
import { Area } from "./area.ts";
import { call, get, type Outcome } from "./ask.ts";
import { facts, field, makePanel, note, section, unseen } from "./parts.ts";
import { monthName, percentUsed, resetDay } from "./quota.ts";
import { words } from "./words.ts";

/** Months before this one that are listed. */
const monthsBefore = 6;

export function usagePanel(surface: Surface): Panel {
  const area = new Area(surface);
  return makePanel(surface, words.usage.title, [area.element], () => {
    void area.fill(() => find(surface), show);
  });
}

interface Found {
  readonly usage: Usage;
  /** The console's address. */
  readonly server: string;
}

async function find({ script }: Surface): Promise<Outcome<Found>> {
  const [usage, around] = await Promise.all([
    get(script, "/api/usage", readUsage),
    call(script.getSurroundings()),
  ]);
  if (!usage.ok) return usage;
  if (!around.ok) return around;
  return { ok: true, value: { usage: usage.value, server: around.value.server } };
}

function show({ usage, server }: Found): HTMLElement[] {
  const rows: [string, string][] = [
    [words.usage.plan, words.plan(usage.plan)],
    [words.usage.month, monthName(usage.month)],
  ];
  const reset = resetDay(usage.month);
  if (usage.limit !== null && reset !== null)
    rows.push([words.usage.resets, words.usage.resetOn(reset)]);
  const shown = [quota(usage), facts(rows)];
  const before = usage.months.filter(({ month }) => month !== usage.month).slice(0, monthsBefore);
  if (before.length > 0) shown.push(section(words.usage.before, table(before)));
  const link = make("a", "panels-anchor", words.usage.console, unseen(` ${words.usage.newTab}`));
  link.href = server;
  link.target = "_blank";
  link.rel = "noopener noreferrer";
  return [...shown, make("p", "", link)];
}

function quota({ used, limit }: Usage): HTMLElement {
  if (limit === null) return make("p", "panels-total", words.usage.noLimit(used));
  const bar = make("progress", "panels-bar");
  bar.max = limit;
  bar.value = Math.min(used, limit);
  const percent = percentUsed(used, limit);
  const text = make(
    "p",
    "panels-total",
    `${words.usage.ofLimit(used, limit)} (${words.usage.percent(percent)})`,
  );
  const whole = make("div", "panels-quota", field(words.usage.used, bar), text);
  if (used >= limit) {
    bar.classList.add("panels-used-up");
    whole.append(note(words.usage.usedUp));
  }
  return whole;
}

function table(months: Usage["months"]): HTMLTableElement {
  const head = [words.usage.month, words.usage.audits].map((name) => {
    const cell = make("th", "", name);
    cell.scope = "col";
    return cell;
  });
  const rows = months.map(({ month, count }) => {
    const name = make("th", "", monthName(month));
    name.scope = "row";
    return make("tr", "", name, make("td", "", number.format(count)));
  });
  return make(
    "table",
    "panels-table",
    make("thead", "", make("tr", "", ...head)),
    make("tbody", "", ...rows),
  );
}
