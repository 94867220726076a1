// SPDX-License-Identifier: Apache-2.0
// The device API (docs/device-api.md) as functions. Nothing here throws: what went wrong is a result too, and each result has
// its words in the files of strings.

/**
 * @typedef {object} ApiAnswer the server's document, and
 * @property {string} result the server's, "Offline" where none could be had, "WrongAddress" where this page is not at the server's own
 * @property {number} retryAfter seconds that the server asks to wait; 0 where it asks for none
 */

/** Milliseconds until an answer is no longer waited for. */
const PATIENCE = 15_000;

/** Results that may be others in a moment. */
export const PASSING = ["Offline", "UnknownError", "TooManyRequests"];

/** The operations that change something, with their arguments in the order in which they are signed. */
const CHANGES = {
    "device/noticed": ["sNoticeId"],
    "device/remove": [],
    "device/subscribe": ["sEndpoint", "sP256dh", "sAuth", "bAgain"],
    "device/unsubscribe": [],
    "self/rename": ["sSelfToken", "sDeviceId", "sName"],
    "self/remove": ["sSelfToken", "sDeviceId"],
    "self/password": ["sSelfToken", "sOldPassword", "sNewPassword"],
    "self/codes/begin": ["sSelfToken"],
    "self/codes/confirm": ["sSelfToken", "sCode"],
    "self/codes/remove": ["sSelfToken"],
    "self/recovery": ["sSelfToken"],
    "self/end": ["sSelfToken"],
};

/** How often a change is signed again when another window of this app, or its service worker, was faster with its own. */
const CHANGE_TRIES = 4;

/**
 * @param {string} base the API's address with a slash at its end
 * @param {{sign?: Function, ask?: typeof fetch, patience?: number}} [options] sign: signChange of crypto.js, for changes; patience:
 *   in milliseconds
 */
export function createApi(base, {sign, ask = (...args) => fetch(...args), patience = PATIENCE} = {}) {
    /** By account: the last change on its way. Two at once would make each other's nonce void. */
    const changing = new Map();

    /** @returns {Promise<ApiAnswer>} */
    async function post(operation, members, token) {
        const headers = {"Content-Type": "application/json"};
        if (token !== undefined)
            headers.Authorization = `Bearer ${token}`;
        let response;
        try {
            response = await ask(new URL(operation, base), {
                method: "POST", headers, body: JSON.stringify(members), cache: "no-store", credentials: "omit",
                redirect: "error", signal: AbortSignal.timeout(patience)});
        } catch {
            return {result: "Offline", retryAfter: 0};
        }
        const retryAfter = Number(response.headers.get("Retry-After")) || 0;
        try {
            const document = await response.json();
            if (document.reason === "foreign origin")
                document.result = "WrongAddress";
            return {...document, result: String(document.result ?? "UnknownError"), retryAfter};
        } catch {
            // Something between here and the server answered in its place.
            return {result: response.status === 429 ? "TooManyRequests" : "UnknownError", retryAfter};
        }
    }

    async function signAndPost(account, operation, members) {
        let answer;
        for (let i = 0; i < CHANGE_TRIES; i++) {
            const {result, sNonce, retryAfter} = await post("device/nonce", {}, account.token);
            if (result !== "OK")
                return {result, retryAfter};
            const lines = CHANGES[operation].map((name) => [name, String(members[name] ?? (name.startsWith("b") ? false : ""))]);
            const sSignature = await sign(account, sNonce, operation, lines);
            answer = await post(operation, {...members, sNonce, sSignature}, account.token);
            if (answer.result !== "StaleNonce")
                return answer;
        }
        return answer;
    }

    /** @returns {Promise<ApiAnswer>} */
    function change(account, operation, members) {
        const last = changing.get(account.id) ?? Promise.resolve();
        const next = last.then(() => signAndPost(account, operation, members));
        changing.set(account.id, next.catch(() => {}));
        return next;
    }

    return {
        ticket: (ticket) => post("device/ticket", {sTicket: ticket}),
        enrol: (members) => post("device/enrol", members),
        pending: (account) => post("device/pending", {}, account.token),
        fetch: (account, challengeId) => post("device/fetch", {sChallengeId: challengeId}, account.token),
        noticed: (account, noticeId) => change(account, "device/noticed", {sNoticeId: noticeId}),
        pushKey: () => post("push/key", {}),
        subscribe: (account, members) => change(account, "device/subscribe", members),
        unsubscribe: (account) => change(account, "device/unsubscribe", {}),
        answer: (account, members) => post("device/answer", members, account.token),
        remove: (account) => change(account, "device/remove", {}),
        /** An operation of the self-service. @param {string} operation such as "codes/begin" */
        self: (account, operation, members = {}) => Object.hasOwn(CHANGES, `self/${operation}`)
            ? change(account, `self/${operation}`, members) : post(`self/${operation}`, members, account.token),
    };
}
