/**
 * VS Code in the browser has no way to be told of a test suite: this extension runs the one that CONVLENS_SUITE names
 * and writes its result to the file that CONVLENS_SUITE_RESULT names.
 */
const { writeFileSync } = require("node:fs");

exports.activate = () => {
  const { CONVLENS_SUITE: suite, CONVLENS_SUITE_RESULT: file } = process.env;
  if (!suite || !file) return;
  const write = (result) => writeFileSync(file, JSON.stringify(result));
  const failure = (error) => ({
    passed: [],
    failed: [{ title: "the suite", message: String(error?.stack ?? error) }],
  });
  // Not awaited: activation must end before commands of this window run.
  Promise.resolve()
    .then(() => require(suite).runSuite())
    .then(write, (error) => write(failure(error)));
};
