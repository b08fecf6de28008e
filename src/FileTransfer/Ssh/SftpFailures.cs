using System.Globalization;
using System.Net.Sockets;
using Renci.SshNet.Common;

namespace Ahenk.FileTransfer.Ssh;

/// <summary>Says in sentences what SSH.NET says in exceptions.</summary>
internal static class SftpFailures
{
    /// <summary>Why a step failed and what to do.</summary>
    public static string Describe(Exception failure, TransferStep step, SftpPlace place, TimeSpan limit) => failure switch
    {
        SocketException socket when step == TransferStep.Connect => DescribeSocket(socket.SocketErrorCode, failure.Message),
        SshOperationTimeoutException or OperationCanceledException => string.Create(
            CultureInfo.InvariantCulture,
            $"The server did not answer within {limit.TotalSeconds:0} seconds. Check that it runs, the network to it, and firewalls between."),
        SftpPermissionDeniedException => step == TransferStep.Rename
            ? $"The server does not allow the user '{Errand.Show(place.User)}' to give the uploaded file its name: " +
                "check owner and mode of the directory there, and of a file with this name."
            : $"The server does not allow this to the user '{Errand.Show(place.User)}': check owner and mode of the file and its directories there.",
        SftpPathNotFoundException => "The server has no such file or directory.",
        SftpException answer => string.Create(
            CultureInfo.InvariantCulture,
            $"The server refused with status {(int)answer.StatusCode} ({Errand.Show(answer.Message)}). ") +
            "If it has no better reason in its log, look for a full disk or a used-up quota there.",
        _ => DescribeBreak(failure, step),
    };

    private static string DescribeBreak(Exception failure, TransferStep step) => step switch
    {
        TransferStep.Connect => $"No SSH connection came about ({Errand.Show(failure.Message)}). Check that an SSH server listens on this port, and its log.",
        TransferStep.LogIn => $"The server ended the connection ({Errand.Show(failure.Message)}). Check its log, and that it lets this machine in.",
        TransferStep.Open =>
            $"The server offers no files over this connection ({Errand.Show(failure.Message)}). Check that its SFTP subsystem is switched on, and its log.",
        _ => $"The connection broke ({Errand.Show(failure.Message)}). Check the network to the server, and send the task again.",
    };

    private static string DescribeSocket(SocketError error, string message) => error switch
    {
        SocketError.ConnectionRefused => "Nothing listens there: check host and port in Lider's file server settings, and that the SSH server runs.",
        SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData =>
            "The host name is not known here: check it in Lider's file server settings, and this machine's name service.",
        SocketError.HostUnreachable or SocketError.NetworkUnreachable or SocketError.TimedOut =>
            $"The host cannot be reached ({Errand.Show(message)}): check the network to it, and firewalls between.",
        _ => $"The host cannot be reached ({Errand.Show(message)}).",
    };
}
