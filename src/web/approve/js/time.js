// The time left of a challenge. The server says it in seconds at each answer; between two answers the device counts on.

/** @param {() => number} [now] milliseconds */
export function createCountdown(now = Date.now) {
    let end = now();
    let whole = 1;
    return {
        /** @param {object} challenge as just received */
        set(challenge) {
            end = now() + challenge.iSecondsRemaining * 1_000;
            whole = Math.max(1, (Date.parse(challenge.sExpires) - Date.parse(challenge.sCreated)) / 1_000);
        },
        /** Whole seconds, 0 when over. */
        seconds: () => Math.max(0, Math.ceil((end - now()) / 1_000)),
        /** From 1 (all) to 0 (over). */
        share: () => Math.min(1, Math.max(0, (end - now()) / 1_000 / whole)),
        /** Milliseconds ago that the challenge was asked, by the server's clock. */
        age: () => Math.max(0, whole * 1_000 - (end - now())),
    };
}
