/** The script of the command's thread: runs the command's bundle with the code that an earlier run compiled. */
import path from "node:path";
import { userCache } from "../node/cacheFolder.ts";
import { runCached } from "../node/codeCache.ts";

const { keep } = runCached(path.join(__dirname, "command.cjs"), path.join(userCache(), "code"));
process.once("exit", keep);
