/**
 * The list of findings: a tree grid of which only what is in sight is in the document, so that
 * 50,000 rows cost what twenty do. One row is the current one, which keeps the focus wherever the
 * list is scrolled; one finding may be open, with its details below it.
 */
import { make } from "../shared/elements.ts";
import { drawRow, heights } from "./rows.ts";
import type { FindingRow, Grouping, Row } from "./view.ts";
import { words } from "./words.ts";

/** Rows that are drawn beyond either edge, so that scrolling shows no gap. */
const MARGIN = 4;

/** What is shown below an open finding. */
export interface Detail {
  readonly element: HTMLElement;
  readonly show: (row: FindingRow) => void;
}

export interface ListEvents {
  /** A group is to be folded or unfolded. */
  readonly fold: (key: string) => void;
  /** The cell of a finding is to be shown. */
  readonly go: (row: FindingRow) => void;
  /** The row that had the focus is gone, and so is every other. */
  readonly orphaned: () => void;
}

interface Drawn {
  readonly element: HTMLElement;
  row: Row | null;
}

export class FindingList {
  readonly element = make("div", "list");
  readonly #space = make("div", "space");
  readonly #detailRow = make("div", "row detail-row");
  readonly #detail: Detail;
  readonly #events: ListEvents;
  readonly #drawn = new Map<string, Drawn>();
  #rows: readonly Row[] = [];
  /** Where each row begins without the details, and at last where the list ends. */
  #offsets = new Float64Array(1);
  #indexes = new Map<string, number>();
  #grouping: Grouping = "pattern";
  #current: string | null = null;
  #currentIndex = 0;
  #open: string | null = null;
  #detailHeight = 0;
  #isQueued = false;

  constructor(detail: Detail, events: ListEvents) {
    this.#detail = detail;
    this.#events = events;
    this.element.setAttribute("role", "treegrid");
    this.element.setAttribute("aria-label", words.list);
    this.#space.setAttribute("role", "rowgroup");
    this.element.append(this.#space);
    const cell = make("div", "cell", detail.element);
    cell.setAttribute("role", "gridcell");
    this.#detailRow.setAttribute("role", "row");
    this.#detailRow.append(cell);
    this.element.addEventListener("scroll", this.#queue, { passive: true });
    this.element.addEventListener("keydown", this.#onKey);
    this.element.addEventListener("click", this.#onClick);
    this.element.addEventListener("dblclick", this.#onDoubleClick);
    new ResizeObserver(this.#queue).observe(this.element);
    new ResizeObserver(this.#queue).observe(this.#detailRow);
  }

  /** Shows these rows; the current and the open one stay if they are among them. */
  setRows(rows: readonly Row[], grouping: Grouping): void {
    const hadFocus = this.element.contains(document.activeElement);
    this.#rows = rows;
    this.#grouping = grouping;
    this.#offsets = new Float64Array(rows.length + 1);
    this.#indexes = new Map();
    for (const [index, row] of rows.entries()) {
      this.#offsets[index + 1] = (this.#offsets[index] ?? 0) + heights[row.kind];
      this.#indexes.set(row.key, index);
    }
    this.element.setAttribute("aria-rowcount", String(rows.length));
    if (this.#open !== null && !this.#indexes.has(this.#open)) this.#close();
    const kept = this.#current === null ? undefined : this.#indexes.get(this.#current);
    const isLost = kept === undefined && this.#current !== null;
    this.#currentIndex = kept ?? Math.max(0, Math.min(this.#currentIndex, rows.length - 1));
    this.#current = rows[this.#currentIndex]?.key ?? null;
    const open = this.#openRow();
    if (open !== null) this.#detail.show(open);
    this.#draw();
    if (!hadFocus) return;
    if (this.#current === null) this.#events.orphaned();
    else if (isLost || !this.element.contains(document.activeElement)) this.#focusCurrent();
  }

  /** Closes the details and puts the focus on their row. */
  closeDetail(): void {
    this.#close();
    this.#draw();
    this.#focusCurrent();
  }

  /** The finding whose details are open. */
  get openKey(): string | null {
    return this.#open;
  }

  #openRow(): FindingRow | null {
    const index = this.#open === null ? undefined : this.#indexes.get(this.#open);
    const row = index === undefined ? undefined : this.#rows[index];
    return row?.kind === "finding" ? row : null;
  }

  #close(): void {
    this.#open = null;
    this.#detailHeight = 0;
    this.#detailRow.remove();
  }

  readonly #queue = (): void => {
    if (this.#isQueued) return;
    this.#isQueued = true;
    requestAnimationFrame(() => {
      this.#isQueued = false;
      this.#draw();
    });
  };

  /** Where a row begins, with the details above it. */
  #top(index: number): number {
    const open = this.#open === null ? undefined : this.#indexes.get(this.#open);
    const pushed = open !== undefined && index > open ? this.#detailHeight : 0;
    return (this.#offsets[index] ?? 0) + pushed;
  }

  /** The last row that begins at or above `y`. */
  #indexAt(y: number): number {
    let low = 0;
    let high = this.#rows.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.#top(middle) <= y) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #wantedIndexes(): number[] {
    // Asking how high the list is would have the page laid out at once.
    if (this.#rows.length === 0) return [];
    const { scrollTop, clientHeight } = this.element;
    const first = Math.max(0, this.#indexAt(scrollTop) - MARGIN);
    const last = Math.min(this.#rows.length - 1, this.#indexAt(scrollTop + clientHeight) + MARGIN);
    const wanted = new Set<number>();
    for (let index = first; index <= last; index += 1) wanted.add(index);
    // Away from sight too: a row with the focus, or in reach of the tabulator key, has to exist.
    if (this.#current !== null) wanted.add(this.#currentIndex);
    const open = this.#open === null ? undefined : this.#indexes.get(this.#open);
    if (open !== undefined) wanted.add(open);
    return [...wanted].sort((one, other) => one - other);
  }

  #draw(): void {
    this.#place();
    const height = this.#open === null ? 0 : this.#detailRow.offsetHeight;
    if (height === this.#detailHeight) return;
    this.#detailHeight = height;
    this.#place();
  }

  /** Puts the wanted rows into the document, in their order, and takes all others out. */
  #place(): void {
    const total = (this.#offsets.at(-1) ?? 0) + this.#detailHeight;
    this.#space.style.height = `${total}px`;
    const elements: HTMLElement[] = [];
    const keys = new Set<string>();
    for (const index of this.#wantedIndexes()) {
      const row = this.#rows[index];
      if (row === undefined) continue;
      keys.add(row.key);
      elements.push(this.#elementOf(row, index));
      if (row.key !== this.#open) continue;
      this.#detailRow.style.transform = `translateY(${this.#top(index) + heights.finding}px)`;
      this.#detailRow.setAttribute("aria-level", String(row.position.level + 1));
      elements.push(this.#detailRow);
    }
    for (const [key, { element }] of this.#drawn) {
      if (keys.has(key)) continue;
      element.remove();
      this.#drawn.delete(key);
    }
    // Moving an element would take the focus from it, so those in place stay.
    for (const [index, element] of elements.entries()) {
      const present = this.#space.children[index];
      if (present !== element) this.#space.insertBefore(element, present ?? null);
    }
  }

  #elementOf(row: Row, index: number): HTMLElement {
    let drawn = this.#drawn.get(row.key);
    if (drawn === undefined) {
      drawn = { element: make("div", "row"), row: null };
      drawn.element.setAttribute("role", "row");
      drawn.element.dataset["key"] = row.key;
      this.#drawn.set(row.key, drawn);
    }
    const { element } = drawn;
    if (drawn.row !== row) drawRow(element, row, this.#grouping);
    drawn.row = row;
    element.style.transform = `translateY(${this.#top(index)}px)`;
    const isOpen = row.kind === "group" ? !row.isFolded : row.key === this.#open;
    element.setAttribute("aria-expanded", String(isOpen));
    element.tabIndex = row.key === this.#current ? 0 : -1;
    return element;
  }

  #focusCurrent(): void {
    if (this.#current === null) return;
    const element = this.#drawn.get(this.#current)?.element;
    element?.focus({ preventScroll: true });
  }

  /** Makes a row the current one, in sight and with the focus. */
  #moveTo(index: number): void {
    const bounded = Math.max(0, Math.min(index, this.#rows.length - 1));
    const row = this.#rows[bounded];
    if (row === undefined) return;
    this.#current = row.key;
    this.#currentIndex = bounded;
    const top = this.#top(bounded);
    const { scrollTop, clientHeight } = this.element;
    if (top < scrollTop) this.element.scrollTop = top;
    const bottom = top + heights[row.kind];
    if (bottom > scrollTop + clientHeight) this.element.scrollTop = bottom - clientHeight;
    this.#draw();
    this.#focusCurrent();
  }

  #toggle(row: Row): void {
    if (row.kind === "group") {
      this.#events.fold(row.key);
      return;
    }
    const isOpening = this.#open !== row.key;
    this.#close();
    if (isOpening) {
      this.#open = row.key;
      this.#detail.show(row);
    }
    this.#draw();
    if (isOpening) this.#showDetail();
  }

  /** Scrolls so that the details are in sight, and their row at least. */
  #showDetail(): void {
    const top = this.#top(this.#currentIndex);
    const bottom = top + heights.finding + this.#detailHeight;
    const { scrollTop, clientHeight } = this.element;
    if (bottom > scrollTop + clientHeight) {
      this.element.scrollTop = Math.min(top, bottom - clientHeight);
      this.#draw();
    }
  }

  readonly #onKey = (event: KeyboardEvent): void => {
    const { target, key } = event;
    if (!(target instanceof HTMLElement) || event.altKey || event.ctrlKey || event.metaKey) return;
    if (key === "Escape" && this.#open !== null) {
      event.preventDefault();
      this.closeDetail();
      return;
    }
    const row = this.#rows[this.#currentIndex];
    if (row === undefined || target.dataset["key"] !== row.key) return;
    if (this.#act(key, row)) event.preventDefault();
  };

  /** Does what a key means on a row; says whether it means anything. */
  #act(key: string, row: Row): boolean {
    const page = Math.max(1, Math.floor(this.element.clientHeight / heights.finding) - 1);
    const isOpen = row.kind === "group" ? !row.isFolded : row.key === this.#open;
    switch (key) {
      case "ArrowDown":
        this.#moveTo(this.#currentIndex + 1);
        return true;
      case "ArrowUp":
        this.#moveTo(this.#currentIndex - 1);
        return true;
      case "PageDown":
        this.#moveTo(this.#currentIndex + page);
        return true;
      case "PageUp":
        this.#moveTo(this.#currentIndex - page);
        return true;
      case "Home":
        this.#moveTo(0);
        return true;
      case "End":
        this.#moveTo(this.#rows.length - 1);
        return true;
      case "ArrowRight":
        if (!isOpen) this.#toggle(row);
        return true;
      case "ArrowLeft":
        if (isOpen) this.#toggle(row);
        else this.#moveTo(this.#parentOf(this.#currentIndex));
        return true;
      case " ":
        this.#toggle(row);
        return true;
      case "Enter":
        if (row.kind === "group") this.#toggle(row);
        else this.#events.go(row);
        return true;
      default:
        return false;
    }
  }

  /** The group of a row; the row itself where there is none. */
  #parentOf(index: number): number {
    if (this.#rows[index]?.position.level === 1) return index;
    for (let above = index; above >= 0; above -= 1) {
      if (this.#rows[above]?.kind === "group") return above;
    }
    return index;
  }

  readonly #onClick = (event: MouseEvent): void => {
    const index = this.#indexOf(event);
    const row = index === undefined ? undefined : this.#rows[index];
    if (index === undefined || row === undefined) return;
    this.#moveTo(index);
    // The second click of a double click goes to the cell and leaves the details as they are.
    if (event.detail < 2) this.#toggle(row);
  };

  readonly #onDoubleClick = (event: MouseEvent): void => {
    const index = this.#indexOf(event);
    const row = index === undefined ? undefined : this.#rows[index];
    if (row?.kind === "finding") this.#events.go(row);
  };

  /** The row that was clicked, but for clicks on the details. */
  #indexOf({ target }: MouseEvent): number | undefined {
    if (!(target instanceof Element)) return undefined;
    const element = target.closest<HTMLElement>("[role=row]");
    return this.#indexes.get(element?.dataset["key"] ?? "");
  }
}
