/**
 * The GitHub action (action.yml): what the networks of a pull request cost now, as its one comment and in the run's
 * summary; budgets too, where they are asked for. Everything comes from the environment, nothing from a shell's text.
 */
import { spawnSync } from "node:child_process";
import { appendFileSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { COMMENT_MARK } from "../cli/diff/formats.ts";
import { comment, HostError } from "./comment.ts";

const CLI = fileURLToPath(new URL("cli.mjs", import.meta.url));
const given = process.env;

process.exitCode = (await tellDifference()) || checkBudgets();

async function tellDifference(): Promise<number> {
  const event = JSON.parse(readFileSync(given.GITHUB_EVENT_PATH ?? "", "utf8")) as PullRequestEvent;
  const base = given.CONVLENS_BASE || event.pull_request?.base.sha;
  if (!base) return failed("there is no base to compare with: set base, or run on pull_request");
  const { status, stdout, stderr } = convlens(["diff", "--markdown", "--", `${base}...HEAD`]);
  if (status !== 0) return failed(stderr.trim());
  if (given.GITHUB_STEP_SUMMARY) appendFileSync(given.GITHUB_STEP_SUMMARY, stdout);
  const pull = event.pull_request?.number;
  if (pull === undefined || given.CONVLENS_COMMENT !== "true") return 0;
  try {
    const outcome = await comment(
      {
        api: given.GITHUB_API_URL ?? "https://api.github.com",
        name: given.GITHUB_REPOSITORY ?? "",
        token: given.CONVLENS_TOKEN ?? "",
      },
      {
        ...{ pull, mark: COMMENT_MARK, author: given.CONVLENS_AUTHOR || "github-actions[bot]", body: stdout },
        isWorthOne: !stdout.includes("\nNo network changed"),
      },
    );
    console.log(`comment: ${outcome}`);
    return 0;
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    // A pull request from a fork has a token that may only read.
    if (error.status === 403)
      console.log(`::warning::no comment was written (${error.message}); see the run's summary`);
    return error.status === 403 ? 0 : failed(error.message);
  }
}

interface PullRequestEvent {
  readonly pull_request?: { readonly number: number; readonly base: { readonly sha: string } };
}

function checkBudgets(): number {
  if (given.CONVLENS_CHECK !== "true") return 0;
  const { status, stdout, stderr } = convlens(["check"]);
  console.log(stdout);
  return status === 0 ? 0 : failed(stderr.trim() || "a budget is exceeded or cannot be known");
}

function convlens(argv: readonly string[]) {
  return spawnSync(process.execPath, [CLI, ...argv], { encoding: "utf8", maxBuffer: 1 << 28 });
}

/** As a message that GitHub shows at the run, which is one line. */
function failed(message: string): number {
  console.log(`::error::${message.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A")}`);
  return 1;
}
