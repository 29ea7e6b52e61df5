// Bundles src/ into ../report_template.html: one file, nothing to fetch, its own script and style and no other allowed.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";

const LIMIT = 150_000; // bytes of the template

const bundle = async (options) =>
  (await build({ bundle: true, minify: true, write: false, charset: "ascii", legalComments: "none", ...options }))
    .outputFiles[0].text.trim();
const hash = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

const script = (await bundle({ entryPoints: ["src/main.ts"], format: "iife", target: "es2022" }))
  .replaceAll("</script", "<\\/script");
const style = await bundle({
  stdin: { contents: '@import "uplot/dist/uPlot.min.css"; @import "./src/style.css";', loader: "css", resolveDir: "." },
});
const { version } = JSON.parse(await readFile("node_modules/uplot/package.json", "utf8"));
const licence = `This page contains uPlot ${version}.\n\n${await readFile("node_modules/uplot/LICENSE", "utf8")}`.trim();
const policy = [
  "default-src 'none'",
  `script-src ${hash(script)}`,
  `style-src ${hash(style)}`,
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

const parts = { policy, licence, style, script };
const page = (await readFile("src/page.html", "utf8")).replace(/\[\[(\w+)\]\]/g, (_, name) => parts[name]);
if (Buffer.byteLength(page) > LIMIT) throw new Error(`the template has ${page.length} bytes, more than ${LIMIT}`);
if (licence.includes("--")) throw new Error("the licence would end the comment that holds it");
if (page.split("{{").length !== 4) throw new Error("the script or style holds a mark of the template");
await writeFile("../report_template.html", page);
console.log(`report_template.html: ${page.length} bytes`);
