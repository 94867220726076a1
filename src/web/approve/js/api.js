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

/**
 * @param {string} base the API's address with a slash at its end
 * @param {{ask?: typeof fetch, patience?: number}} [options] patience: in milliseconds
 */
export function createApi(base, {ask = (...args) => fetch(...args), patience = PATIENCE} = {}) {
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

    return {
        ticket: (ticket) => post("device/ticket", {sTicket: ticket}),
        enrol: (members) => post("device/enrol", members),
        pending: (account) => post("device/pending", {}, account.token),
        fetch: (account, challengeId) => post("device/fetch", {sChallengeId: challengeId}, account.token),
        noticed: (account, noticeId) => post("device/noticed", {sNoticeId: noticeId}, account.token),
        pushKey: () => post("push/key", {}),
        subscribe: (account, members) => post("device/subscribe", members, account.token),
        unsubscribe: (account) => post("device/unsubscribe", {}, account.token),
        answer: (account, members) => post("device/answer", members, account.token),
        remove: (account) => post("device/remove", {}, account.token),
        /** An operation of the self-service. @param {string} operation such as "codes/begin" */
        self: (account, operation, members = {}) => post(`self/${operation}`, members, account.token),
    };
}
