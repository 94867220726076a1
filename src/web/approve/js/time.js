// SPDX-License-Identifier: Apache-2.0
// The time left of a challenge, and how long the app is out of view. Of a challenge the server says it in seconds at each answer; between two
// answers the device counts on.

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

/**
 * Notices that the app was out of view for long: while it is, by a timer, and when it comes back, as timers may stand still meanwhile.
 * @param {object} options
 * @param {() => boolean} options.isSeen
 * @param {number} options.most milliseconds
 * @param {() => void} options.over called then, perhaps twice
 * @param {typeof setTimeout} [options.later] @param {typeof clearTimeout} [options.never] @param {() => number} [options.now]
 * @returns {() => void} to be called when the app comes into view or goes out of it
 */
export function createAbsence({isSeen, most, over, later = setTimeout, never = clearTimeout, now = Date.now}) {
    let since = null;
    let timer;
    return () => {
        never(timer);
        if (!isSeen()) {
            since ??= now();
            timer = later(over, most);
            return;
        }
        if (since !== null && now() - since >= most)
            over();
        since = null;
    };
}
