/** Why a server refuses, after RFC 9457. */
export interface Problem {
  readonly title: string;
  /** Empty when the server says no more than the title. */
  readonly detail: string;
  /** The id of the request, to look it up in the server's log; empty when there is none. */
  readonly request: string;
}

/** Reads a problem; a body that is none, as a proxy may send it, leaves what the status says. */
export function readProblem(status: number, body: unknown): Problem {
  const member = (name: string): string => {
    if (typeof body !== "object" || body === null || !Object.hasOwn(body, name)) return "";
    const value: unknown = Reflect.get(body, name);
    return typeof value === "string" ? value : "";
  };
  return {
    title: member("title") || `The server answered with status ${status}`,
    detail: member("detail"),
    request: member("instance"),
  };
}

/** Which kind of problem a body is, as the last segment of its `type`; empty for none. */
export function problemKind(body: unknown): string {
  if (typeof body !== "object" || body === null || !("type" in body)) return "";
  return typeof body.type === "string"
    ? (/^\/problems\/([a-z-]+)$/.exec(body.type)?.[1] ?? "")
    : "";
}
