// SPDX-License-Identifier: Apache-2.0
// Asks for what waits while the app is seen: at once when it comes into view or the network comes back, then every few seconds,
// more and more slowly while the server cannot be had.
import {PASSING} from "./api.js";

const INTERVAL = 3_000;
const INTERVAL_MOST = 60_000;

/**
 * @param {object} options
 * @param {() => import("./accounts.js").Account[]} options.accounts those to ask for
 * @param {(account) => Promise<import("./api.js").ApiAnswer>} options.ask
 * @param {(account, answer) => Promise<void>|void} options.answered each answer
 * @param {() => boolean} options.isSeen
 * @param {typeof setTimeout} [options.later] @param {typeof clearTimeout} [options.never]
 */
export function createWatch({accounts, ask, answered, isSeen, later = setTimeout, never = clearTimeout}) {
    let timer;
    /** The rounds under way, if any. */
    let running = null;
    let isAskedAgain = false;
    let pause = INTERVAL;

    async function round() {
        let wait = 0;
        let isRefused = false;
        for (const account of accounts()) {
            const answer = await ask(account);
            isRefused ||= PASSING.includes(answer.result);
            wait = Math.max(wait, answer.retryAfter * 1_000);
            await answered(account, answer);
        }
        pause = isRefused ? Math.min(pause * 2, INTERVAL_MOST) : INTERVAL;
        return Math.max(pause, wait);
    }

    async function rounds() {
        let wait;
        try {
            do {
                isAskedAgain = false;
                wait = await round();
            } while (isAskedAgain);
        } finally {
            running = null;
        }
        if (isSeen())
            timer = later(wake, wait);
    }

    /** Asks now; while a round is under way, once more after it. @returns {Promise<void>} until everything was reported */
    function wake() {
        never(timer);
        if (running === null)
            running = rounds();
        else
            isAskedAgain = true;
        return running;
    }

    return {
        wake,
        /** To be called when the app comes into view, goes out of it, or the network comes back. */
        seen() {
            never(timer);
            pause = INTERVAL;
            if (isSeen())
                void wake();
        },
    };
}
