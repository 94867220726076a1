// SPDX-License-Identifier: Apache-2.0
// What this device keeps: its accounts and its settings, in IndexedDB. An account's private key is kept as the browser's own
// handle of it; its bytes are never seen.

/**
 * @typedef {object} Account
 * @property {string} id the device's id at the server
 * @property {string} token authenticates the device; never shown, never logged
 * @property {CryptoKey} privateKey
 * @property {string} fingerprint
 * @property {string} audience the server's public address at the enrolment
 * @property {string} company
 * @property {string} address the technician's e-mail address
 * @property {string} name of this device
 * @property {string} enrolled when, ISO 8601
 * @property {string} [passkey] the passkey's id, base64url, where the enrolment made one
 * @property {CryptoKey} [codes] the seed of codes, where this app shows them; its bytes are never seen again
 * @property {number} [codesMade] when that was, in milliseconds
 * @property {boolean} isGone the server said that it does not know this device any more
 */

function settled(request) {
    return new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
    });
}

function committed(transaction) {
    return new Promise((resolve, reject) => {
        transaction.oncomplete = () => resolve();
        transaction.onabort = transaction.onerror = () => reject(transaction.error);
    });
}

/** Opens the store; rejects where the browser keeps nothing (a private window, a full disk). */
export async function openAccounts() {
    const opening = indexedDB.open("countersign", 1);
    opening.onupgradeneeded = () => {
        opening.result.createObjectStore("accounts", {keyPath: "id"});
        opening.result.createObjectStore("settings");
    };
    const db = await settled(opening);
    // Another window with a newer app may upgrade.
    db.onversionchange = () => db.close();

    async function change(store, act) {
        const transaction = db.transaction(store, "readwrite");
        act(transaction.objectStore(store));
        await committed(transaction);
    }

    return {
        /** @returns {Promise<Account[]>} by company, then address */
        async list() {
            const all = await settled(db.transaction("accounts").objectStore("accounts").getAll());
            return all.sort((a, b) => a.company.localeCompare(b.company) || a.address.localeCompare(b.address));
        },
        /** @param {Account} account */
        put: (account) => change("accounts", (store) => store.put(account)),
        remove: (id) => change("accounts", (store) => store.delete(id)),
        /** Rejects where a key cannot be kept: to be known before a ticket is spent. */
        async probe(privateKey) {
            await change("accounts", (store) => store.put({id: "", privateKey}));
            await change("accounts", (store) => store.delete(""));
        },
        setting: (name) => settled(db.transaction("settings").objectStore("settings").get(name)),
        putSetting: (name, value) => change("settings", (store) => store.put(value, name)),
    };
}
