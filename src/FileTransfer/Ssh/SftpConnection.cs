using System.Net.Sockets;
using Ahenk.Plugins.Sdk;
using Microsoft.Extensions.Logging;
using Renci.SshNet;
using Renci.SshNet.Common;
using Renci.SshNet.Messages.Transport;

namespace Ahenk.FileTransfer.Ssh;

/// <summary>
/// One SSH connection with an SFTP session. SSH.NET blocks the calling thread while keys are exchanged, the user logs in and the connection ends, whatever
/// the method is called, and looks at no token meanwhile: so all that runs on threads of the pool, each wait of it bounded by the connect time limit, and is
/// left to itself when the caller gives up.
/// </summary>
internal sealed partial class SftpConnection : IAsyncDisposable
{
    private readonly SftpPlace _place;
    private readonly FileTransferOptions _options;
    private readonly HostKeyStore _hostKeys;
    private readonly ILogger _logger;
    private readonly IReadOnlyList<HostKeyStore.Entry> _recorded;
    private readonly List<IDisposable> _credentials = [];
    private readonly SftpClient _client;

    // Both are written on SSH.NET's thread before the wait that reads them ends.
    private volatile HostKeyException? _refusal;
    private volatile bool _hostKeyAccepted;

    private SftpConnection(SftpPlace place, FileTransferOptions options, HostKeyStore hostKeys, ILogger logger)
    {
        _place = place;
        _options = options;
        _hostKeys = hostKeys;
        _logger = logger;
        _recorded = FindRecorded();
        var connection = new ConnectionInfo(place.Host, place.Port, place.User, Methods()) { Timeout = options.ConnectTimeout };
        var allowed = _recorded.Count == 0 ? HostKey.Algorithms : _recorded.SelectMany(entry => entry.Key.SignatureAlgorithms).ToHashSet(StringComparer.Ordinal);
        foreach (var algorithm in connection.HostKeyAlgorithms.Keys.Where(name => !allowed.Contains(name)).ToList())
        {
            connection.HostKeyAlgorithms.Remove(algorithm);
        }

        _client = new SftpClient(connection) { OperationTimeout = options.ConnectTimeout };
        _client.HostKeyReceived += OnHostKey;
    }

    /// <summary>The session.</summary>
    public SftpClient Client => _client;

    /// <summary>Connects, compares the host key, logs in.</summary>
    /// <exception cref="FileServerException">One of that failed.</exception>
    public static async Task<SftpConnection> OpenAsync(
        SftpPlace place, FileTransferOptions options, HostKeyStore hostKeys, ILogger logger, CancellationToken cancellationToken)
    {
        var connection = new SftpConnection(place, options, hostKeys, logger);
        var connecting = Task.Run(() => connection._client.ConnectAsync(cancellationToken), CancellationToken.None);
        try
        {
            await connecting.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            _ = connection.AbandonAsync(connecting);
            throw;
        }
        catch (Exception failure) // The library lets through whatever its reading of a server's bytes throws.
        {
            var explained = connection.Explain(failure);
            await connection.DisposeAsync();
            throw explained;
        }

        // From here on every wait has a token; a limit for single requests would count those that were sent ahead on a slow line.
        connection._client.OperationTimeout = Timeout.InfiniteTimeSpan;
        return connection;
    }

    /// <summary>Ends the connection; what is still waited for on it ends with an exception.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await Task.Run(_client.Dispose);
        }
        catch (Exception failure) when (failure is SshException or SocketException or ObjectDisposedException)
        {
            LogEnd(failure, _place.Host, _place.Port);
        }

        foreach (var credential in _credentials)
        {
            credential.Dispose();
        }
    }

    private async Task AbandonAsync(Task connecting)
    {
        try
        {
            await connecting;
        }
        catch (Exception failure)
        {
            LogEnd(failure, _place.Host, _place.Port);
        }

        await DisposeAsync();
    }

    private IReadOnlyList<HostKeyStore.Entry> FindRecorded()
    {
        try
        {
            return _hostKeys.Find(_place.Host, _place.Port);
        }
        catch (HostKeyException unusable)
        {
            throw _place.Errand.Failed(TransferStep.HostKey, unusable.Message, unusable);
        }
    }

    private AuthenticationMethod[] Methods()
    {
        var methods = new List<AuthenticationMethod>();
        if (_options.SshKeyFile is { } file)
        {
            var key = SshKeyFile.Load(file, _place.Errand);
            _credentials.Add(key);
            methods.Add(new PrivateKeyAuthenticationMethod(_place.User, key));
        }

        if (_place.Password is { } password)
        {
            methods.Add(new PasswordAuthenticationMethod(_place.User, password));
        }

        if (methods.Count == 0)
        {
            throw _place.Errand.Failed(
                TransferStep.LogIn,
                "Lider sent no password. Its settings page clears the password in the server's memory until somebody signs in to the console again: sign in and " +
                "send the task again, and enter the password in the file server settings if that does not help; or give the agent a key with [FILES] ssh_key_file.");
        }

        _credentials.AddRange(methods);
        return [.. methods];
    }

    private void OnHostKey(object? sender, HostKeyEventArgs shown)
    {
        shown.CanTrust = false;
        try
        {
            if (_hostKeys.Check(_place.Host, _place.Port, shown.HostKey))
            {
                LogPinned(_place.Host, _place.Port, shown.HostKeyName, shown.FingerPrintSHA256, _options.KnownHostsFile);
            }

            shown.CanTrust = true;
            _hostKeyAccepted = true;
        }
        catch (HostKeyException refusal)
        {
            _refusal = refusal;
        }
    }

    private FileServerException Explain(Exception failure)
    {
        if (_refusal is { } refusal)
        {
            return _place.Errand.Failed(TransferStep.HostKey, refusal.Message, refusal);
        }

        var step = !_hostKeyAccepted ? TransferStep.Connect : !_client.ConnectionInfo.IsAuthenticated ? TransferStep.LogIn : TransferStep.Open;
        return failure switch
        {
            SshAuthenticationException => _place.Errand.Failed(TransferStep.LogIn, DescribeRejection(failure), failure),
            SshConnectionException { DisconnectReason: DisconnectReason.KeyExchangeFailed } when !_hostKeyAccepted => _place.Errand.Failed(
                TransferStep.HostKey,
                $"The server and the agent have no way in common to secure the connection: {Errand.Show(failure.Message)}. " +
                (_recorded.Count > 0 ? _hostKeys.DescribeMissing(_recorded) : "Use a newer SSH server there."),
                failure),
            _ => _place.Errand.Failed(step, SftpFailures.Describe(failure, step, _place, _options.ConnectTimeout), failure),
        };
    }

    private string DescribeRejection(Exception failure) =>
        $"The server does not let the user '{Errand.Show(_place.User)}' in ({Errand.Show(failure.Message)}). " +
        (_options.SshKeyFile is { } file ? $"The key {file} was offered; its public half must be among the user's authorized keys there. " : "") +
        (_place.Password is null
            ? "Lider sent no password: its settings page clears it until somebody signs in to the console again."
            : "Check user name and password in Lider's file server settings, and that the server allows log-ins with a password.");

    [LoggerMessage(EventId = 6003, Level = LogLevel.Information,
        Message = "[FILES] First connection to {Host}:{Port}: its host key, {Algorithm} SHA256:{Fingerprint}, was recorded in {File}")]
    private partial void LogPinned(string host, int port, string algorithm, string fingerprint, string file);

    [LoggerMessage(EventId = 6005, Level = LogLevel.Debug, Message = "[FILES] The end of a connection to {Host}:{Port}")]
    private partial void LogEnd(Exception exception, string host, int port);
}
