using System.Net.Sockets;

namespace Crux.Cli;

/// <summary>The way into the local node, and what to do where there is none.</summary>
internal static class NodeSocket
{
    /// <summary>Where <c>fulcrum</c> listens unless told otherwise.</summary>
    public const string DefaultPath = "/run/crux/reeve.sock";

    /// <summary>The environment variable that names another socket; the same that the daemon reads.</summary>
    public const string Variable = "CRUX__SOCKET";

    private const int NoSuchFile = 2;

    /// <summary>Connects.</summary>
    /// <exception cref="Failure">Nobody is there; the message says what to do.</exception>
    public static async Task<Socket> ConnectAsync(string path, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(timeout);
        try
        {
            // Blocking: where more wait than the kernel keeps, it tells one that doesn't block to try again, and lets this one wait its turn.
            // Somebody who floods the socket can't so keep out who comes once.
            socket.SendTimeout = (int)timeout.TotalMilliseconds;
            var endpoint = Endpoint(path);
            await Task.Run(() => socket.Connect(endpoint), CancellationToken.None).WaitAsync(patience.Token);
            socket.SendTimeout = 0;
            return socket;
        }
        catch (Exception late) when (late is SocketException { SocketErrorCode: SocketError.WouldBlock or SocketError.TimedOut } || (late is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            socket.Dispose();
            throw new Failure(ExitCode.Timeout, $"The socket {path} takes no connection: its node is overloaded or stopped. See 'systemctl status fulcrum'.");
        }
        catch (SocketException problem)
        {
            socket.Dispose();
            throw new Failure(ExitCode.Unreachable, Explain(path, problem));
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static UnixDomainSocketEndPoint Endpoint(string path)
    {
        try
        {
            return new UnixDomainSocketEndPoint(path);
        }
        catch (ArgumentException)
        {
            throw new Failure(ExitCode.Usage, $"'{path}' can't be a socket: a path of 1 to 107 bytes is needed after --socket or in {Variable}.");
        }
    }

    private static string Explain(string path, SocketException problem) => problem switch
    {
        { SocketErrorCode: SocketError.AccessDenied } =>
            $"You may not use the socket {path}: {Owner(path)}. Run 'sudo crux …', or join that group and log in again.",
        { SocketErrorCode: SocketError.ConnectionRefused } =>
            $"The socket {path} is there, and no node listens on it: fulcrum has stopped. See 'systemctl status fulcrum'; start it with 'systemctl start fulcrum'.",
        { NativeErrorCode: NoSuchFile } or { SocketErrorCode: SocketError.AddressNotAvailable } =>
            $"There is no socket at {path}: no node runs here, or it uses another one. Start it with 'systemctl start fulcrum', or name its socket with --socket PATH or {Variable}.",
        _ => $"The socket {path} can't be used: {problem.Message}. See 'systemctl status fulcrum'.",
    };

    private static string Owner(string path)
    {
        try
        {
            return $"its mode is {Convert.ToString((int)File.GetUnixFileMode(path), 8).PadLeft(4, '0')}, for its owner and group ('ls -l {path}' names them)";
        }
        catch (Exception hidden) when (hidden is IOException or UnauthorizedAccessException)
        {
            return $"its folder is closed to you ('ls -ld {Path.GetDirectoryName(path)}' says for whom it is open)";
        }
    }
}
