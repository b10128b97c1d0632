/** The one comment of a pull request that tells of its networks: written once, then changed in place. */

export interface Repository {
  /** `https://api.github.com`, or a company's own. */
  readonly api: string;
  /** `owner/name` */
  readonly name: string;
  readonly token: string;
}

export interface CommentOptions {
  readonly pull: number;
  /** Tells the comment from all others. */
  readonly mark: string;
  /** Whose comment may be changed: anyone can write the mark. */
  readonly author: string;
  /** Markdown that starts with the mark. */
  readonly body: string;
  /** A first comment that says nothing is not written. */
  readonly isWorthOne: boolean;
}

export type Outcome = "written" | "changed" | "same" | "none";

/** What the code host answered instead. */
export class HostError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export async function comment(
  repository: Repository,
  { pull, mark, author, body, isWorthOne }: CommentOptions,
): Promise<Outcome> {
  const fitting = shortened(body);
  const before = await find(
    repository,
    pull,
    (found) => found.user?.login === author && found.body?.startsWith(mark),
  );
  if (!before) {
    if (!isWorthOne) return "none";
    await ask(repository, "POST", `/issues/${pull}/comments`, { body: fitting });
    return "written";
  }
  if (before.body === fitting) return "same";
  await ask(repository, "PATCH", `/issues/comments/${before.id}`, { body: fitting });
  return "changed";
}

interface Comment {
  readonly id: number;
  readonly body?: string;
  readonly user?: { readonly login: string } | null;
}

const PAGE = 100;

async function find(
  repository: Repository,
  pull: number,
  isMeant: (comment: Comment) => boolean | undefined,
): Promise<Comment | undefined> {
  for (let page = 1; ; page++) {
    const way = `/issues/${pull}/comments?per_page=${PAGE}&page=${page}`;
    const comments = (await ask(repository, "GET", way)) as readonly Comment[];
    const found = comments.find(isMeant);
    if (found || comments.length < PAGE) return found;
  }
}

async function ask(
  { api, name, token }: Repository,
  method: string,
  way: string,
  body?: object,
): Promise<unknown> {
  const answer = await fetch(`${api}/repos/${name}${way}`, {
    method,
    headers: {
      accept: "application/vnd.github+json",
      authorization: `Bearer ${token}`,
      "x-github-api-version": "2022-11-28",
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  if (answer.ok) return answer.json();
  throw new HostError(answer.status, `${method} ${way}: ${answer.status} ${answer.statusText}`);
}

/** GitHub takes 65,536 characters. */
const MOST_CHARACTERS = 65_000;

function shortened(body: string): string {
  if (body.length <= MOST_CHARACTERS) return body;
  const kept = body.slice(0, body.lastIndexOf("\n", MOST_CHARACTERS));
  const open = kept.lastIndexOf("<details>") > kept.lastIndexOf("</details>");
  return `${kept}\n${open ? "\n</details>\n" : ""}\nThe rest is too long for a comment.\n`;
}
