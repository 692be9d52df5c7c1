/** Properties, caches and locks, with Google's limits. */
import {
  integer,
  itself,
  method,
  type Need,
  Refusal,
  strict,
  text,
  type Type,
  type Watch,
} from "./strict.ts";

const kilobyte = 1_024;
/** Of one value, and of all values with their keys, in bytes. */
const propertyLimits = { value: 9 * kilobyte, all: 500 * kilobyte };
/** In bytes, characters and seconds. */
const cacheLimits = { value: 100 * kilobyte, key: 250, life: 21_600 };

/** What is kept between runs; tests look into it. */
export interface Kept {
  readonly documentProperties: Map<string, string>;
  readonly userProperties: Map<string, string>;
  readonly documentCache: Map<string, { value: string; until: number }>;
  readonly userCache: Map<string, { value: string; until: number }>;
  /** Whether somebody else holds the document's lock. */
  isLocked: boolean;
}

export function emptyKept(): Kept {
  return {
    documentProperties: new Map(),
    userProperties: new Map(),
    documentCache: new Map(),
    userCache: new Map(),
    isLocked: false,
  };
}

const texts: Type = {
  name: "texts",
  accepts: (given) =>
    typeof given === "object" &&
    given !== null &&
    Object.values(given).every((value) => typeof value === "string"),
};

export function propertiesService(kept: Kept, watch: Watch): object {
  const store = (values: Map<string, string>): object => {
    const reads = (signatures: Type[][], run: (...given: never[]) => unknown) =>
      method("document", signatures, run);
    const put = (changes: Record<string, string>): typeof itself => {
      const after = new Map([...values, ...Object.entries(changes)]);
      for (const [name, value] of Object.entries(changes)) {
        if (bytes(value) > propertyLimits.value) {
          throw new Refusal(`Argument too large: value of the property ${name}`);
        }
      }
      const all = [...after].reduce((sum, [name, value]) => sum + bytes(name) + bytes(value), 0);
      if (all > propertyLimits.all) {
        throw new Refusal(
          "You have exceeded the property storage quota. Please remove some properties and try again.",
        );
      }
      for (const [name, value] of after) values.set(name, value);
      return itself;
    };
    return strict("Properties", watch, {
      getProperty: reads([[text]], (name: string) => values.get(name) ?? null),
      setProperty: reads([[text, text]], (name: string, value: string) => put({ [name]: value })),
      setProperties: reads([[texts]], put),
      deleteProperty: reads([[text]], (name: string) => {
        values.delete(name);
        return itself;
      }),
    });
  };
  const stores = { document: store(kept.documentProperties), user: store(kept.userProperties) };
  return strict("PropertiesService", watch, {
    getDocumentProperties: method("document", [[]], () => stores.document),
    getUserProperties: method("document", [[]], () => stores.user),
  });
}

export function cacheService(kept: Kept, watch: Watch, now: () => number): object {
  const cache = (values: Kept["userCache"]): object => {
    const named = (name: string): string => {
      if (name.length > cacheLimits.key) throw new Refusal("Argument too large: key");
      return name;
    };
    const reads = (signatures: Type[][], run: (...given: never[]) => unknown) =>
      method("document", signatures, run);
    return strict("Cache", watch, {
      get: reads([[text]], (name: string) => {
        const found = values.get(named(name));
        return found && now() < found.until ? found.value : null;
      }),
      put: reads([[text, text, integer]], (name: string, value: string, life: number) => {
        if (bytes(value) > cacheLimits.value) throw new Refusal("Argument too large: value");
        if (life < 1 || life > cacheLimits.life)
          throw new Refusal("Invalid argument: expirationInSeconds");
        values.set(named(name), { value, until: now() + life * 1_000 });
      }),
      remove: reads([[text]], (name: string) => {
        values.delete(named(name));
      }),
    });
  };
  const caches = { document: cache(kept.documentCache), user: cache(kept.userCache) };
  return strict("CacheService", watch, {
    getDocumentCache: method("document", [[]], () => caches.document),
    getUserCache: method("document", [[]], () => caches.user),
  });
}

/** A lock that the script must give back before its run ends. */
export function lockService(kept: Kept, watch: Watch): { service: object; isHeld: () => boolean } {
  let isHeld = false;
  const need: Need = "document";
  const lock = strict("Lock", watch, {
    tryLock: method(need, [[integer]], () => (isHeld = !kept.isLocked)),
    releaseLock: method(need, [[]], () => {
      isHeld = false;
    }),
  });
  const service = strict("LockService", watch, {
    getDocumentLock: method(need, [[]], () => lock),
  });
  return { service, isHeld: () => isHeld };
}

function bytes(value: string): number {
  return new TextEncoder().encode(value).length;
}
