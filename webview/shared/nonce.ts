/**
 * Tells libraries the nonce that the page's Content-Security-Policy lets style elements in by. They look for it
 * in a meta element while they are loaded, so this module comes before them.
 */
const { nonce } = document.body.dataset;
if (nonce !== undefined) {
  const meta = document.createElement("meta");
  meta.setAttribute("property", "csp-nonce");
  meta.content = nonce;
  document.head.append(meta);
}

export {};
