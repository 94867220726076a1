// SPDX-License-Identifier: Apache-2.0
// The operator's API (docs/operator-api.md). Nothing here throws: what went wrong is a result too. What an operator may do is
// decided by the server alone; the session is a cookie that no script can read.

/** The most rows that the server gives at a time. */
const PAGE = 200;
/** Milliseconds until an answer is no longer waited for, beside what the server was asked to wait. */
const PATIENCE = 30_000;

/**
 * @param {string} base the API's address with a slash at its end
 * @param {{signedOut: () => void, ask?: typeof fetch}} options signedOut: called when the server knows the session no more
 */
export function createApi(base, {signedOut, ask = (...args) => fetch(...args)}) {
    /**
     * @param {string} operation such as "technician/lock"
     * @param {object} [members]
     * @param {{wait?: number, signal?: AbortSignal}} [how] wait: seconds that the server may take until there is something new
     * @returns {Promise<{result: string, sReason?: string}>}
     */
    async function call(operation, members = {}, {wait = 0, signal} = {}) {
        const headers = {"Content-Type": "application/json", "X-Countersign-Console": "1"};
        if (wait > 0)
            headers.Prefer = `wait=${wait}`;
        const patience = AbortSignal.timeout(PATIENCE + wait * 1_000);
        let document;
        try {
            const response = await ask(new URL(operation, base), {
                method: "POST", headers, body: JSON.stringify(members), cache: "no-store", credentials: "same-origin",
                redirect: "error", signal: signal === undefined ? patience : AbortSignal.any([signal, patience])});
            document = await response.json().catch(() => ({}));
        } catch {
            return {result: "Offline"};
        }
        const answer = {...document, result: String(document.result ?? "UnknownError")};
        if (answer.result === "SignedOut")
            signedOut();
        return answer;
    }

    /**
     * A list that is needed as a whole: its pages, one after the other.
     * @param {string} rows the member that has them
     * @returns {Promise<object>} the last answer, with the rows of all of them; where one was not OK, that one
     */
    async function whole(operation, rows, members = {}) {
        const all = [];
        let answer;
        do {
            answer = await call(operation, {...members, sAfter: answer?.sNext, iLimit: PAGE});
            all.push(...answer[rows] ?? []);
        } while (answer.result === "OK" && answer.sNext !== undefined);
        return {...answer, [rows]: all};
    }

    /** The names of the operations that this server has, as it describes itself; none, where it cannot be asked. */
    async function operations() {
        try {
            const response = await ask(new URL("openapi.json", base), {cache: "no-cache", signal: AbortSignal.timeout(PATIENCE)});
            const {paths} = await response.json();
            return new Set(Object.keys(paths).map((path) => path.split("/api/admin/")[1]).filter(Boolean));
        } catch {
            return new Set();
        }
    }

    return {call, whole, operations};
}
