/** What is done to the spreadsheet, each as one call of the script, with what it refuses told. */
import type { Change, Changed, Highlight, Reply } from "../shared/bridge.ts";
import { type Cell, cellName, rangesOf, sheetPrefix } from "../shared/cells.ts";
import { placeName } from "./found.ts";
import type { PlacedFinding, RemoteScript } from "./panel.ts";
import type { Audience, Session } from "./session.ts";
import { troubleOfScript } from "./trouble.ts";
import { words } from "./words.ts";

/** How many refusals are told one by one. */
const TOLD = 3;

export class Actions {
  readonly #script: RemoteScript;
  readonly #session: Session;
  readonly #audience: Audience;

  constructor(script: RemoteScript, session: Session, audience: Audience) {
    this.#script = script;
    this.#session = session;
    this.#audience = audience;
  }

  /** Selects the finding's cell in the sheet. */
  async goTo(place: PlacedFinding): Promise<void> {
    const reply = await this.#script.goTo({ sheetId: place.sheetId, range: cellName(place) });
    const where = placeName(place);
    if (reply.ok) this.#audience.say(words.went(where));
    else this.#tellFailure(words.notGone(where), reply);
  }

  /** Makes changes that belong together, tells those that were refused and checks again. */
  async change(changes: readonly Change[], title: string): Promise<void> {
    const reply = await this.#script.changeFormulas(changes, words.fixTitle(title, changes.length));
    await this.#settle(reply, words.changed, (index) => {
      const change = changes[index];
      return change === undefined ? "" : this.#nameOf(change);
    });
  }

  /** Takes the last change back, as far as nobody changed it since. */
  async undo(): Promise<void> {
    const reply = await this.#script.undoChange();
    await this.#settle(reply, words.undone, () => "");
  }

  /** Marks the cells of all that was found, in place of those marked before. */
  async highlight(): Promise<void> {
    const places = this.#session.state.result?.found.all() ?? [];
    const marks = new Map<string, Omit<Highlight, "ranges"> & { cells: Cell[] }>();
    for (const place of places) {
      const { sheetId, severity } = place;
      const key = `${sheetId} ${severity}`;
      const mark = marks.get(key) ?? { sheetId, severity, cells: [] };
      marks.set(key, mark);
      mark.cells.push(place);
    }
    const reply = await this.#script.highlight(
      [...marks.values()].map(({ cells, ...mark }) => ({ ...mark, ranges: rangesOf(cells) })),
    );
    if (reply.ok) this.#audience.say(words.highlighted);
    else this.#tellFailure(words.notDone, reply);
  }

  async clearHighlights(): Promise<void> {
    const reply = await this.#script.clearHighlights();
    if (reply.ok) this.#audience.say(words.highlightsCleared);
    else this.#tellFailure(words.notDone, reply);
  }

  async #settle(
    reply: Reply<Changed>,
    done: (made: number) => string,
    nameOf: (index: number) => string,
  ): Promise<void> {
    if (!reply.ok) {
      this.#tellFailure(words.notDone, reply);
      return;
    }
    const { made, refused, undoable } = reply.value;
    this.#session.state.undoable = undoable;
    this.#session.state.trouble = null;
    if (refused.length > 0) {
      const lines = refused
        .slice(0, TOLD)
        .map(({ index, reason, message }) => words.refusedLine(nameOf(index), reason, message));
      if (refused.length > TOLD) lines.push(words.andMore(refused.length - TOLD));
      const title = made === 0 ? words.nothingChanged : words.partlyChanged(made, refused.length);
      this.#session.tell({ tone: "warning", title, detail: lines.join("\n") });
    }
    // What is shown may be wrong by now, also when nothing was changed: that is why it was refused.
    await this.#session.checkAgain(made > 0 && refused.length === 0 ? done(made) : "");
  }

  #nameOf({ sheetId, cell }: Change): string {
    const sheets = this.#session.state.result?.snapshot.sheets ?? [];
    const name = sheets.find(({ id }) => id === sheetId)?.name;
    return (name === undefined ? "" : sheetPrefix(name)) + cell;
  }

  #tellFailure(title: string, { error }: { error: Parameters<typeof troubleOfScript>[0] }): void {
    this.#session.tell({
      ...troubleOfScript(error),
      tone: "warning",
      title,
      detail: error.message,
      action: "none",
    });
  }
}
