/** Google's word for who somebody is, with keys that only these tests have. */
import { createSign, generateKeyPairSync } from "node:crypto";
import { Worker } from "node:worker_threads";

export interface Google {
  /** What the server has to be started with to believe it. */
  readonly settings: Readonly<Record<string, string>>;
  readonly identityToken: (email: string) => string;
  readonly stop: () => Promise<unknown>;
}

const client = "sheetbrain-test.apps.googleusercontent.com";
const keyId = "test";

/** The keys are served by a thread of their own: the tests' waits while the script asks the server. */
const serving = `
const { createServer } = require("node:http");
const { parentPort, workerData } = require("node:worker_threads");
const server = createServer((_, response) => {
  response.setHeader("content-type", "application/json");
  response.end(workerData);
});
server.listen(0, "127.0.0.1", () => parentPort.postMessage(server.address().port));
`;

export async function startGoogle(): Promise<Google> {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const key = { ...publicKey.export({ format: "jwk" }), kid: keyId, alg: "RS256", use: "sig" };
  const worker = new Worker(serving, { eval: true, workerData: JSON.stringify({ keys: [key] }) });
  const port = await new Promise<number>((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
  });
  const identityToken = (email: string): string => {
    const now = Math.floor(Date.now() / 1000);
    const claims = {
      ...{ iss: "https://accounts.google.com", aud: client, sub: `sub-${email}` },
      ...{ email, email_verified: true, iat: now, exp: now + 3600 },
    };
    const signed = [{ alg: "RS256", kid: keyId, typ: "JWT" }, claims]
      .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
      .join(".");
    const signature = createSign("RSA-SHA256").update(signed).sign(privateKey, "base64url");
    return `${signed}.${signature}`;
  };
  return {
    settings: { GOOGLE_CLIENT_IDS: client, GOOGLE_JWKS_URL: `http://127.0.0.1:${port}/` },
    identityToken,
    stop: () => worker.terminate(),
  };
}
