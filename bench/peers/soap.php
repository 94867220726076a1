<?php
// PHP's SoapServer, answering each check with Poll.
class TechnicianConsole
{
    public function twoFactorCheckPushAuthStatus($in)
    {
        return [
            'twoFactorCheckPushAuthStatusResult' => 'loginTwoFactorRet_Poll',
            'iAttemptRemaining' => 10,
            'iPasswordExpiresIn' => -1,
            'bIsTCRunning' => false,
            'minimumPasswordStrength' => 0,
        ];
    }
}
$server = new SoapServer(__DIR__ . '/service.wsdl', ['cache_wsdl' => WSDL_CACHE_BOTH]);
$server->setClass('TechnicianConsole');
$server->handle();
