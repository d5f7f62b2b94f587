// The comparator Pyodide: CPython compiled to WebAssembly, in node.
//
//   node run.mjs FOLDER FILE    a new interpreter runs the file
//   node run.mjs FOLDER         one interpreter, which runs the file that each line of the input
//                                   names, in a namespace of its own; a line of JSON for each:
//                                   {"ms": ..., "stdout": ...}
//
// FOLDER is where npm installed the package; what is in its folder `lib` can be imported.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

const [folder, file] = process.argv.slice(2);
const { loadPyodide } = createRequire(folder + "/")("pyodide");
const python = await loadPyodide();
python.FS.mkdirTree("/lib-of-host");
python.mountNodeFS("/lib-of-host", folder + "/lib");
python.runPython(`
import sys
sys.path.append("/lib-of-host")
sys.dont_write_bytecode = False
`);

let stdout = "";
python.setStdout({ batched: (line) => { stdout += line + "\n"; } });

function run(name) {
  stdout = "";
  const globals = python.toPy({ __name__: "__main__" });
  python.runPython(readFileSync(name, "utf8"), { globals });
  globals.destroy();
}

if (file) {
  run(file);
  process.stdout.write(stdout);
} else {
  for await (const name of createInterface({ input: process.stdin })) {
    const start = performance.now();
    run(name);
    const ms = performance.now() - start;
    process.stdout.write(JSON.stringify({ ms, stdout }) + "\n");
  }
}
