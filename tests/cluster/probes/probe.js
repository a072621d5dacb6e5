// Asks for the names that come on its input, a line each: with `lookup`, which http and net use, or what the first word
// says; prints the addresses, or the word of the error.
const dns = require("node:dns").promises;
const ask = process.argv[2] === "resolve4" ? (name) => dns.resolve4(name) : (name) =>
  dns.lookup(name, { all: true }).then((found) => found.map((one) => one.address));

(async () => {
  for await (const name of require("node:readline").createInterface({ input: process.stdin })) {
    console.log(await ask(name).then(JSON.stringify, (reason) => reason.code));
  }
})();
