// SPDX-License-Identifier: Apache-2.0
// Where a signed-in person may land when the company has no console of its own: it says so, and signs out. The ticket in the
// address is for a console's own web side; this page neither reads nor redeems it, and takes it out of the address bar.
import {createFrame} from "../../approve/js/views/frame.js";
import {messageView} from "../../approve/js/views/message.js";
import {createService} from "./soap.js";
import {pageWords, problemOf} from "./words.js";

const words = pageWords();
const frame = createFrame(document.body, () => words);
const service = createService(new URL("../../WebServices/TechnicianConsole.asmx", import.meta.url));

function tell(kind, key, done, label) {
    frame.show(messageView(words, {kind, key, done, label}));
}

function trouble(result, again) {
    tell("bad", `problem.${problemOf(words, result)}`, again, "account.again");
}

async function signOut() {
    const {result} = await service("logoutTechnician");
    if (result === "OK" || result === "UserNotLoggedIn")
        tell("calm", "console.ended", null);
    else
        trouble(result, signOut);
}

async function look(wasSent) {
    const {result} = await service("keepConsoleAlive");
    if (result === "OK")
        tell("good", "console.in", signOut, "console.out");
    else if (result === "UserNotLoggedIn")
        tell(wasSent ? "good" : "calm", wasSent ? "console.elsewhere" : "console.none", null);
    else
        trouble(result, () => look(wasSent));
}

function arrive() {
    const wasSent = location.hash.startsWith("#ticket=");
    if (location.hash !== "")
        history.replaceState(null, "", location.pathname);
    return look(wasSent);
}

addEventListener("hashchange", arrive);
await arrive();
