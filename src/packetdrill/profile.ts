/**
 * Whose behaviour a script of the FreeBSD suite is held against. `linux`: the host as it is by
 * default; where FreeBSD differs, the script fails, and the verdict file says why. `freebsd`: the
 * host with the settings that make it do as FreeBSD does, as far as it has them.
 */
export type Profile = 'linux' | 'freebsd';
