/** The first that fits. */
const KINDS = [
  // The shim replaces what is required, not what is imported.
  ['module', /^import /m],
  ['internal', /require\(['"]internal\/|internalBinding|process\.binding/],
  ['process', /require\(['"](?:node:)?(?:child_process|cluster|worker_threads)['"]\)/],
  ['http', /require\(['"](?:node:)?(?:https?|http2|tls)['"]\)/],
  ['pipe', /\bPIPE\b|tmpdir/],
  ['handle', /\b_handle\b|\bfd\s*:/],
];

/**
 * What a test of Node's is about, by its text alone: `plain` is what any `node:net` on any TCP can be
 * asked; the rest asks for something that is no TCP, or for no public interface.
 */
export const kindOf = (text) => KINDS.find(([, pattern]) => pattern.test(text))?.[0] ?? 'plain';

/** The options that a test wants Node to be started with. */
export const flagsOf = (text) =>
  (/^\/\/ Flags: (.*)$/m.exec(text)?.[1] ?? '').split(/\s+/).filter((flag) => flag !== '');
