// SPDX-License-Identifier: Apache-2.0
// The web service for consoles (docs/integrating.md) as a function. Envelopes are written and read as documents, so that a value
// can never become markup. Nothing here throws: what went wrong is a result too.

const SOAP = "http://schemas.xmlsoap.org/soap/envelope/";
const SERVICE = "http://microsoft.com/webservices/";

/** Milliseconds until an answer is no longer waited for: a login may have to queue for its hash. */
const PATIENCE = 45_000;

/** Results that may be others in a moment. */
export const PASSING = ["Offline", "UnknownError", "TooManyRequests"];

function envelope(operation, values) {
    const written = document.implementation.createDocument(SOAP, "soap:Envelope");
    const body = written.documentElement.appendChild(written.createElementNS(SOAP, "soap:Body"));
    const call = body.appendChild(written.createElementNS(SERVICE, operation));
    for (const [name, value] of Object.entries(values))
        call.appendChild(written.createElementNS(SERVICE, name)).textContent = value;
    return new XMLSerializer().serializeToString(written);
}

/** Members by their names, an array as the texts of its items, and the result without the prefix of its enumeration. */
function read(text, operation) {
    const document = new DOMParser().parseFromString(text, "text/xml");
    const [response] = document.getElementsByTagNameNS(SERVICE, `${operation}Response`);
    const answer = {};
    for (const member of response?.children ?? [])
        answer[member.localName] = member.children.length > 0 ? [...member.children].map((item) => item.textContent) : member.textContent;
    const value = answer[`${operation}Result`] ?? "";
    return {...answer, result: value.slice(value.lastIndexOf("_") + 1) || "UnknownError"};
}

/**
 * @param {URL} address of the service @param {{ask?: typeof fetch, patience?: number}} [options]
 * @returns {(operation: string, values?: object, options?: {wait?: number, signal?: AbortSignal}) => Promise<object>} wait: seconds
 *   that the server may hold the call; didWait says whether it was willing to
 */
export function createService(address, {ask = (...args) => fetch(...args), patience = PATIENCE} = {}) {
    return async (operation, values = {}, {wait = 0, signal} = {}) => {
        const headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": `"${SERVICE}${operation}"`};
        if (wait > 0)
            headers.Prefer = `wait=${wait}`;
        const stop = new AbortController();
        const timer = setTimeout(() => stop.abort(), patience + wait * 1_000);
        signal?.addEventListener("abort", () => stop.abort(), {once: true});
        try {
            const response = await ask(address, {
                method: "POST", headers, body: envelope(operation, values), cache: "no-store", credentials: "same-origin",
                redirect: "error", signal: stop.signal});
            if (!response.ok)
                return {result: response.status === 429 || response.status === 503 ? "TooManyRequests" : "UnknownError"};
            return {...read(await response.text(), operation), didWait: response.headers.has("Preference-Applied")};
        } catch {
            return {result: "Offline"};
        } finally {
            clearTimeout(timer);
        }
    };
}
