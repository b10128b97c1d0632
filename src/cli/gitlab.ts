/**
 * Findings as GitLab shows them beside a merge request.
 * https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
 */
import { createHash } from "node:crypto";
import { visibleJson } from "../engine/base/visible.ts";

export interface GitlabFinding {
  readonly description: string;
  readonly check: string;
  readonly severity: "info" | "minor" | "major" | "critical";
  /** From the repository's root. */
  readonly file: string;
  readonly line: number;
  /** What makes it the same finding as in an earlier report. */
  readonly same: readonly string[];
}

export function formatGitlab(findings: readonly GitlabFinding[]): string {
  const all = findings.map(({ description, check, severity, file, line, same }) => ({
    ...{ description, check_name: check },
    fingerprint: createHash("sha256").update(same.join("\0")).digest("hex"),
    ...{ severity, location: { path: file, lines: { begin: line } } },
  }));
  return `${visibleJson(all, 1)}\n`;
}
