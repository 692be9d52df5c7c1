/** The services around the spreadsheet: pages, menus, the person. */
import { instance, insideOf, itself, method, Refusal, strict, text, type Watch } from "./strict.ts";

/** Who uses the spreadsheet. */
export interface Person {
  /** Empty where Google does not tell. */
  readonly email: string;
  /** Null where the person did not agree to being named. */
  readonly identityToken: string | null;
}

export interface Page {
  readonly html: string;
  title: string;
}

/** What a person sees of the add-on. */
export interface Screen {
  sidebar: Page | null;
  readonly menu: { caption: string; functionName: string }[];
}

export interface Host {
  readonly ui: object;
  readonly htmlService: object;
  readonly scriptApp: object;
  readonly session: object;
}

export const authModes = {
  NONE: "NONE",
  LIMITED: "LIMITED",
  FULL: "FULL",
  CUSTOM_FUNCTION: "CUSTOM_FUNCTION",
} as const;
export type AuthMode = keyof typeof authModes;

export function host(
  watch: Watch,
  screen: Screen,
  person: Person,
  readPage: (name: string) => string | null,
): Host {
  const shown: { caption: string; functionName: string }[] = [];
  const menu = strict("Menu", watch, {
    addItem: method("nothing", [[text, text]], (caption: string, functionName: string) => {
      shown.push({ caption, functionName });
      return itself;
    }),
    addToUi: method("nothing", [[]], () => {
      screen.menu.splice(0, screen.menu.length, ...shown);
    }),
  });
  const ui = strict("Ui", watch, {
    createAddonMenu: method("nothing", [[]], () => menu),
    showSidebar: method(
      "permission",
      [[instance("HtmlOutput")]],
      (output: object) => {
        screen.sidebar = insideOf(output) as Page;
      },
      "https://www.googleapis.com/auth/script.container.ui",
    ),
  });
  const htmlService = strict("HtmlService", watch, {
    createHtmlOutputFromFile: method("nothing", [[text]], (name: string) => {
      const html = readPage(name);
      if (html === null) throw new Refusal(`No HTML file named ${name} was found.`);
      const page: Page = { html, title: "" };
      const setTitle = method("nothing", [[text]], (title: string) => {
        page.title = title;
        return itself;
      });
      return strict("HtmlOutput", watch, { setTitle }, {}, page);
    }),
  });
  const scriptApp = strict(
    "ScriptApp",
    watch,
    {
      getIdentityToken: method("permission", [[]], () => person.identityToken, "openid"),
    },
    { AuthMode: authModes },
  );
  const user = strict("User", watch, {
    getEmail: method(
      "permission",
      [[]],
      () => person.email,
      "https://www.googleapis.com/auth/userinfo.email",
    ),
  });
  const session = strict("Session", watch, {
    getActiveUser: method("document", [[]], () => user),
  });
  return { ui, htmlService, scriptApp, session };
}
