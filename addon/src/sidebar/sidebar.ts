/** The page: puts its parts together and shows them the state. */
import { make } from "../shared/elements.ts";
import { Actions } from "./actions.ts";
import { Banner } from "./banner.ts";
import { Blank } from "./blank.ts";
import { Command } from "./command.ts";
import { FindingDetail } from "./detail.ts";
import { prepareFigures } from "./figures.ts";
import { Footer } from "./footer.ts";
import { Found } from "./found.ts";
import { Header } from "./header.ts";
import { FindingList } from "./list.ts";
import { Overlay } from "./overlay.ts";
import type { Panel, PlacedFinding, Surface } from "./panel.ts";
import { exportPanel } from "./panels/export_panel.ts";
import { explainPanel, panels, suppressForm } from "./panels/index.ts";
import { settingsPanel } from "./panels/settings.ts";
import { usagePanel } from "./panels/usage.ts";
import { connect, findRunner } from "./remote.ts";
import { safeFixesOf, safeFixesPanel, type SafeFixes } from "./safe.ts";
import { Session } from "./session.ts";
import { nextTask } from "./slices.ts";
import { isBusy } from "./state.ts";
import { Toolbar } from "./toolbar.ts";
import { view } from "./view.ts";
import { words } from "./words.ts";

/** While a check runs the list is put together anew no more often, in milliseconds. */
const PAUSE = 200;

function start(): void {
  const runner = findRunner(globalThis);
  if (runner === null) {
    document.body.append(make("p", "alone", words.noRunner));
    return;
  }
  const live = make("p", "unseen");
  live.setAttribute("role", "status");
  const say = (text: string): void => {
    live.textContent = text;
  };

  let isQueued = false;
  const queue = (): void => {
    if (isQueued) return;
    isQueued = true;
    requestAnimationFrame(() => {
      isQueued = false;
      show();
    });
  };
  const audience = { changed: queue, say };
  const session = new Session(connect(runner), audience);
  const { state, script } = session;
  const actions = new Actions(script, session, audience);

  const surface: Surface = {
    script,
    say,
    results: () => session.results(),
    explain: (formula) => session.explain(formula),
    recheck: () => void session.recheck(),
    close: () => {
      overlay.close();
    },
  };
  const openPanel = (panel: Panel): void => {
    overlay.open(panel);
  };

  const header = new Header();
  const command = new Command({
    choose: (scope) => void session.choose(scope),
    audit: () => void session.audit(),
    cancel: () => {
      session.cancel();
    },
  });
  const banner = new Banner({
    retry: () => void session.retry(),
    dismiss: () => {
      session.dismiss();
      command.focus();
    },
    plans: () => {
      openPanel(usagePanel(surface));
    },
    settings: () => {
      openPanel(settingsPanel(surface));
    },
    recheck: () => {
      command.focus();
      void session.check();
    },
    copy: (text) => void copy(text),
  });
  const toolbar = new Toolbar(() => {
    showList();
  });
  const detail = new FindingDetail({
    go: (place) => void actions.goTo(place),
    change: (changes, title) => void actions.change(changes, title),
    suppress: (place) => {
      openPanel(suppressForm(surface, place));
    },
    explain: (place) => {
      openPanel(explainPanel(surface, place.formula));
    },
    canExplain: () => state.canCheck,
    docs: (place) => session.docsOf(place),
    isLocked: (rule) => state.orders.locked.includes(rule),
  });
  const list = new FindingList(detail, {
    fold: (key) => {
      toolbar.fold(key);
    },
    go: (row) => {
      const isOpen = list.openKey === row.key;
      const place: PlacedFinding = (isOpen ? detail.place : null) ?? row.places[0];
      void actions.goTo(place);
    },
    orphaned: () => {
      command.focus();
    },
  });
  const blank = new Blank({
    check: () => {
      command.focus();
      void session.check();
    },
    showAll: () => {
      toolbar.reset();
    },
  });
  const footer = new Footer({
    undo: () => void actions.undo(),
    fixAll: () => {
      openPanel(
        safeFixesPanel(safe, (changes, title) => {
          overlay.close();
          void actions.change(changes, title);
        }),
      );
    },
    export: () => {
      openPanel(exportPanel(surface));
    },
  });
  const main = make(
    "main",
    "",
    command.element,
    banner.element,
    toolbar.element,
    list.element,
    blank.element,
    footer.element,
  );
  const overlay = new Overlay([header.element, main], () => {
    command.focus();
  });
  header.setItems([
    ...panels(surface).map((panel) => ({
      label: panel.title,
      act: (): void => {
        openPanel(panel);
      },
    })),
    { label: words.highlight, act: () => void actions.highlight() },
    { label: words.clearHighlights, act: () => void actions.clearHighlights() },
  ]);

  const copy = async (text: string): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      say(words.copied);
    } catch {
      say(words.notCopied);
    }
  };

  const nothing = new Found();
  let safe: SafeFixes = { places: [], left: 0 };
  let listed = { found: nothing, total: 0, at: -Infinity };

  const showList = (): void => {
    const found = state.result?.found ?? nothing;
    const { wanted } = toolbar;
    const { rows, shown } = view(found, wanted);
    listed = { found, total: found.total, at: performance.now() };
    safe = safeFixesOf(found);
    list.setRows(rows, wanted.grouping);
    list.element.hidden = rows.length === 0;
    toolbar.element.hidden = found.total === 0;
    toolbar.show(found, shown);
    blank.show(state, rows.length);
    footer.show(state, safe.places.length);
  };

  /** Shows the state; the list only when it changed, and not all the time while a check runs. */
  const show = (): void => {
    header.show(state);
    command.show(state);
    banner.show(state);
    const found = state.result?.found ?? nothing;
    const isNew = found !== listed.found || found.total !== listed.total;
    const isDue = !isBusy(state) || performance.now() - listed.at >= PAUSE || listed.total === 0;
    if (isNew && isDue) showList();
    else {
      blank.show(state, list.element.hidden ? 0 : 1);
      footer.show(state, safe.places.length);
    }
  };

  document.body.append(header.element, main, overlay.element, live);
  showList();
  show();
  const notice = (): void => {
    if (!document.hidden) void session.noticeEdits();
  };
  addEventListener("focus", notice);
  document.addEventListener("visibilitychange", notice);
  // What is on the page so far is drawn first.
  void nextTask().then(async () => {
    const opened = session.open();
    await prepareFigures();
    await opened;
  });
}

start();
