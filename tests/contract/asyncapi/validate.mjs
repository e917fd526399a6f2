// Parses one AsyncAPI document (a file's path, or `-` for standard input) with the official parser, then holds every
// example to its message's own schema, which the parser does not do for AsyncAPI 3.
// Prints what there is to say; fails on errors and warnings alike, and on a document without channels.
import { readFileSync } from "node:fs";
import { Parser, DiagnosticSeverity } from "@asyncapi/parser";
import { Ajv } from "ajv";
import addFormats from "ajv-formats";

const [path = "-"] = process.argv.slice(2);
const text = readFileSync(path === "-" ? 0 : path, "utf8");
const { document, diagnostics } = await new Parser().parse(text, { source: path });

const severities = ["error", "warning", "information", "hint"];
for (const { severity, code, path: where, message } of diagnostics) {
  console.log(`${severities[severity]}: ${where.join(".") || "document"}: ${message} (${code})`);
}
const isRefused = !document || diagnostics.some(({ severity }) => severity <= DiagnosticSeverity.Warning);
if (isRefused) process.exit(1);

const ajv = new Ajv({ strict: false, allErrors: true });
addFormats.default(ajv);
let examples = 0;
let wrong = 0;
for (const message of document.messages().all()) {
  const schemas = { payload: message.payload()?.json(), headers: message.headers()?.json() };
  for (const example of message.examples().all()) {
    for (const [part, schema] of Object.entries(schemas)) {
      if (!schema || example.json()[part] === undefined) continue;
      examples += 1;
      if (ajv.validate(schema, example.json()[part])) continue;
      wrong += 1;
      console.log(`error: ${message.id()}, example ${example.name()}, ${part}: ${ajv.errorsText()}`);
    }
  }
}

const channels = document.channels().all().length;
const operations = document.operations().all().length;
const messages = document.messages().all().length;
console.log(
  `${wrong ? "invalid" : "valid"} AsyncAPI ${document.version()}: ${channels} channels, ${operations} operations, ` +
    `${messages} messages, ${examples} examples`,
);
if (wrong || channels === 0 || examples === 0) process.exit(1);
