// Where the add-on is to run: the server that it asks, which Google wants to know beforehand.

/** Stands where no server was named, as in tests: nobody can have that name. */
const placeholder = "https://sheetbrain.invalid";

/** The server's address from the command line or the environment, checked. */
export function serverOf(named = process.env["SHEETBRAIN_ADDON_SERVER"] ?? placeholder) {
  const url = URL.canParse(named) ? new URL(named) : null;
  if (url?.protocol !== "https:") {
    throw new Error(
      `--server ${named}: give an address that begins with https://. Google's machines send the requests and reach no other, nor a server on your own machine: put a tunnel with a certificate before it.`,
    );
  }
  if (url.href !== `${url.origin}/`) {
    throw new Error(`--server ${named}: give the address alone, such as ${url.origin}`);
  }
  return url.origin;
}
