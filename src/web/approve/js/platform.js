// SPDX-License-Identifier: Apache-2.0
// What this device is, as far as the app must know.

const SYSTEMS = [[/iPhone/, "iPhone"], [/iPad/, "iPad"], [/Android/, "Android"], [/Windows/, "Windows"], [/CrOS/, "Chromebook"],
    [/Macintosh/, "Mac"], [/Linux/, "Linux"]];
const BROWSERS = [[/Edg\w*\//, "Edge"], [/OPR\//, "Opera"], [/SamsungBrowser\//, "Samsung Internet"],
    [/Firefox\/|FxiOS\//, "Firefox"], [/Chrome\/|CriOS\//, "Chrome"], [/Safari\//, "Safari"]];

const firstOf = (table, text) => table.find(([pattern]) => pattern.test(text))?.[1];

/** @param {string} userAgent @returns {string} such as "Android, Chrome"; empty where nothing is known */
export function deviceName(userAgent) {
    return [firstOf(SYSTEMS, userAgent), firstOf(BROWSERS, userAgent)].filter(Boolean).join(", ");
}

/** Whether the app runs as one that was installed. */
export function isInstalled() {
    return matchMedia("(display-mode: standalone)").matches || navigator.standalone === true;
}

/**
 * Whether what a page keeps here may be deleted when it was not visited for a week (WebKit's rule for script-writable storage),
 * as it never is of an app on the Home Screen, whose store is another.
 * @param {{userAgent: string, maxTouchPoints: number, standalone?: boolean}} navigator
 */
export function isForgetful({userAgent, maxTouchPoints, standalone}) {
    // An iPad says that it is a Mac; no Mac is touched.
    const isApple = /iPhone|iPad|iPod/.test(userAgent) || /Macintosh/.test(userAgent) && maxTouchPoints > 1;
    return isApple && standalone !== true;
}
