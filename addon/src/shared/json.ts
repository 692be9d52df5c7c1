/** An answer that does not have the shape it should have; the message says where. */
export class UnreadableAnswer extends Error {}

/**
 * Reads JSON of unknown shape. What does not have the expected shape is an {@link UnreadableAnswer}
 * and never a value of the wrong type.
 */
export class Json {
  readonly #value: unknown;
  readonly #path: string;

  constructor(value: unknown, path = "") {
    this.#value = value;
    this.#path = path;
  }

  /** The member `name`; a missing one reads as null. */
  get(name: string): Json {
    const value = this.#value;
    if (typeof value !== "object" || value === null || Array.isArray(value))
      this.#fail("an object");
    const member: unknown = Object.hasOwn(value, name) ? Reflect.get(value, name) : null;
    return new Json(member, `${this.#path}/${name}`);
  }

  /** The value as it is, whatever it is. */
  get raw(): unknown {
    return this.#value;
  }

  text(): string {
    return typeof this.#value === "string" ? this.#value : this.#fail("a text");
  }

  number(): number {
    return typeof this.#value === "number" ? this.#value : this.#fail("a number");
  }

  flag(): boolean {
    return typeof this.#value === "boolean" ? this.#value : this.#fail("true or false");
  }

  list<T>(read: (item: Json) => T): T[] {
    if (!Array.isArray(this.#value)) this.#fail("a list");
    return this.#value.map((item, index) => read(new Json(item, `${this.#path}/${index}`)));
  }

  /** How many items the list has. */
  get size(): number {
    return Array.isArray(this.#value) ? this.#value.length : this.#fail("a list");
  }

  /** The item at `index`, from 0; a missing one reads as null. */
  item(index: number): Json {
    if (!Array.isArray(this.#value)) this.#fail("a list");
    const item: unknown = this.#value[index];
    return new Json(item ?? null, `${this.#path}/${index}`);
  }

  oneOf<T extends string>(choices: readonly T[]): T {
    return choices.find((choice) => choice === this.#value) ?? this.#fail(choices.join(" or "));
  }

  /** Null stays null; anything else is read. */
  orNull<T>(read: (value: Json) => T): T | null {
    return this.#value === null || this.#value === undefined ? null : read(this);
  }

  /** Says that the value is not what it should be. */
  refuse(expected: string): never {
    return this.#fail(expected);
  }

  #fail(expected: string): never {
    throw new UnreadableAnswer(`${this.#path || "the answer"} is not ${expected}`);
  }
}
