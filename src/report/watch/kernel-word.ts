/** What the kernel itself says of a reset, beside a verdict. */
export interface KernelWord {
  /** `sent` by this kernel; `received` by it; `not-sent`: its own address stands there, but not its word. */
  readonly kind: 'sent' | 'received' | 'not-sent';
  /** Of one that it sent: why (`TCP_ABORT_ON_CLOSE`), and in which state. */
  readonly reason: string | undefined;
  readonly state: string | undefined;
  /** Whose call it was, if anybody's. */
  readonly process: { readonly name: string; readonly pid: number } | undefined;
  /**
   * Whether it agrees with the verdict: with the cause, with an alternative only, not at all;
   * undefined: it says nothing that could.
   */
  readonly agrees: 'cause' | 'alternative' | 'no' | undefined;
}
