<?php
// A whole console: php console.php SERVER EMAIL  (Debian: php-cli, php-soap).
[, $server, $email] = $argv;
$client = new SoapClient("$server/WebServices/TechnicianConsole.asmx?WSDL", [
    // The server may hold a check until something happens. One client keeps one session: its cookies.
    'stream_context' => stream_context_create(['http' => ['header' => 'Prefer: wait=20']]),
]);

function ask(string $question): string
{
    echo $question;
    return rtrim((string) fgets(STDIN), "\r\n");
}

function secret(string $question): string
{
    if (!stream_isatty(STDIN)) {
        return ask($question);
    }
    shell_exec('stty -echo');
    $answer = ask($question);
    shell_exec('stty echo');
    echo "\n";
    return $answer;
}

function ask_the_phone(string $token): string
{
    global $client;
    $push = $client->twoFactorSendPushAuth(['sLoginToken' => $token]);
    while ($push->twoFactorSendPushAuthResult === 'loginTwoFactorRet_TwoFactorError' && $push->iExpiresIn > 0) {
        echo "The phone can be asked again in {$push->iExpiresIn} seconds.\n";
        sleep($push->iExpiresIn);
        $push = $client->twoFactorSendPushAuth(['sLoginToken' => $token]);
    }
    if ($push->twoFactorSendPushAuthResult !== 'loginTwoFactorRet_OK') {
        return $push->twoFactorSendPushAuthResult;
    }
    echo "Type {$push->sMatchNumber} on the phone.\n";
    while (true) {
        $check = $client->twoFactorCheckPushAuthStatus(['sLoginToken' => $token, 'sPushToken' => $push->sPushToken]);
        if ($check->twoFactorCheckPushAuthStatusResult !== 'loginTwoFactorRet_Poll') {
            return $check->twoFactorCheckPushAuthStatusResult;
        }
        sleep($push->iPollInterval);
    }
}

function second_factor(string $token): string
{
    global $client;
    while (($code = ask('Code, or Enter to ask the phone: ')) !== '') {
        $answer = $client->twoFactorValidateCode(['sLoginToken' => $token, 'sCode' => $code]);
        if ($answer->twoFactorValidateCodeResult !== 'loginTwoFactorRet_InvalidCode') {
            return $answer->twoFactorValidateCodeResult;
        }
        echo "That code is wrong, or was used already.\n";
    }
    return ask_the_phone($token);
}

function sign_in(string $email): string
{
    global $client;
    $password = secret('Password: ');
    $login = $client->loginTechnicianFromStandalone_v7_2(
        ['sEmail' => $email, 'sPassword' => $password, 'sLanguage' => 'en']);
    $result = $login->loginTechnicianFromStandalone_v7_2Result;
    while (true) {
        if ($result === 'login_v2_OkTwoFactorAuthenticationRequired') {
            $result = second_factor($login->sLoginToken);
        } elseif ($result === 'login_v2_OkTwoFactorSetupRequired') {
            echo "Set up a second factor first: {$login->sTwoFactorSetupUrl}\n";
        }
        if (!str_ends_with($result, '_UserPasswordExpired')) {
            return $result;
        }
        $new = secret('The password has expired. New password: ');
        $login = $client->loginTechnicianWithNewPassword_v7_2(
            ['email' => $email, 'oldPassword' => $password, 'newPassword' => $new]);
        $result = $login->loginTechnicianWithNewPassword_v7_2Result;
        $password = $new;
    }
}

$result = sign_in($email);
if (!str_ends_with($result, '_OK')) { // map results by name, never by number
    fwrite(STDERR, "Not signed in: $result\n");
    exit(1);
}
echo "Signed in.\n";
ask('Enter signs out. ');
// every few minutes while the console is in use
echo 'Session: ', $client->keepConsoleAlive()->keepConsoleAliveResult, "\n";
echo 'Signed out: ', $client->logoutTechnician()->logoutTechnicianResult, "\n";
