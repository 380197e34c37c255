using System.Net.Sockets;
using System.Text;
using Crux.Node.Security;
using Crux.Services;
using Grpc.Core;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Crux.Node;

/// <summary>
/// Serves this machine's processes on a Unix socket, guarded by file permissions; and operators from a distance, whose connections the
/// peers' port hands over, behind <see cref="OperatorGate"/>.
/// </summary>
internal sealed class LocalHost : IAsyncDisposable
{
    /// <summary>Connections at once over the socket: what a machine full of processes has, four times. One more is closed at once.</summary>
    public const int MaxConnections = 4_096;

    /// <summary>Connections at once of one user; a process has one, and one more where it watches very much. The next is closed at once.</summary>
    public const int MaxConnectionsPerUser = 1_024;

    /// <summary>Calls at once of one user, streams that are open included: half of the watches and of the beating processes that a node has. The next is answered RESOURCE_EXHAUSTED.</summary>
    public const int MaxCallsPerUser = 2_048;

    /// <summary>Streams that one connection may have open: every watch of a process is one, and not every language opens a second connection.</summary>
    public const int MaxStreamsPerConnection = 1_024;

    private const UnixFileMode DirectoryMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute;

    /// <summary>Connections that the kernel keeps waiting while the host is built; one more is refused.</summary>
    private const int WaitingConnections = 512;

    private const UnixFileMode SocketMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    private readonly string _path;
    private readonly UserShares _connections = new(MaxConnectionsPerUser);
    private readonly UserShares _calls = new(MaxCallsPerUser);
    private readonly Func<PeerProcess, uint> _userOf;
    private readonly GrpcHost _host;

    /// <param name="userOf">Whose process is at the other end; the kernel says it, unless a test does.</param>
    public LocalHost(
        string path, Socket door, OperatorConnections operators, OperatorGate gate, ILoggerFactory loggers, Action<IServiceCollection> services, Action<IEndpointRouteBuilder> map,
        Func<PeerProcess, uint>? userOf = null)
    {
        _path = Path.GetFullPath(path);
        _userOf = userOf ?? (process => process.User);
        _host = new GrpcHost(
            loggers,
            door,
            kestrel =>
            {
                kestrel.Limits.MaxConcurrentConnections = MaxConnections;
                kestrel.ListenUnixSocket(_path, listen =>
                {
                    listen.Protocols = HttpProtocols.Http2;
                    listen.Use(Share);
                    listen.Use(GrpcHost.LetGo);
                });
                // crux opens TLS itself and speaks as over the socket from there on.
                kestrel.AllowAlternateSchemes = true;
                kestrel.Listen(OperatorConnections.Door, listen =>
                {
                    listen.Protocols = HttpProtocols.Http2;
                    listen.Use(GrpcHost.LetGo);
                });
            },
            provided =>
            {
                provided.AddSingleton<IConnectionListenerFactory>(operators);
                services(provided);
            },
            map,
            MaxStreamsPerConnection,
            (context, next) => ShareAsync(context, inner => gate.InvokeAsync(inner, next)));
    }

    /// <summary>
    /// Makes the directory (0750) where it is missing, clears a socket that a dead process left, and takes the path (0660): who connects
    /// waits until the host has started.
    /// </summary>
    /// <exception cref="NodeStartException">The socket can't be had; the message says what to do.</exception>
    public static Socket Take(string path)
    {
        path = Path.GetFullPath(path);
        if (Encoding.UTF8.GetByteCount(path) > CruxNodeOptions.MaxSocketPathBytes)
        {
            throw new NodeStartException(
                $"The socket path {path} is longer than the {CruxNodeOptions.MaxSocketPathBytes} bytes that Linux takes: choose a shorter one with --socket.");
        }
        var door = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!, DirectoryMode);
            ClearStale(path);
            door.Bind(new UnixDomainSocketEndPoint(path));
            // Before anybody can connect: whatever the umask is, others never could.
            File.SetUnixFileMode(path, SocketMode);
            door.Listen(WaitingConnections);
            return door;
        }
        catch (Exception problem)
        {
            door.Dispose();
            if (problem is IOException or UnauthorizedAccessException or SocketException)
                throw Explain(path, problem);
            throw;
        }
    }

    /// <summary>Serves who waits, and who comes.</summary>
    /// <exception cref="NodeStartException">The socket can't be served; the message says what to do.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _host.StartAsync(cancellationToken);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or SocketException)
        {
            throw Explain(_path, problem);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => _host.StopAsync(cancellationToken);

    public Task AbortAsync() => _host.AbortAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private ConnectionDelegate Share(ConnectionDelegate next) => async connection =>
    {
        var process = connection.Features.Get<IConnectionSocketFeature>() is { } feature ? PeerProcess.Of(feature.Socket) : null;
        connection.Features.Set(process);
        var user = process is null ? uint.MaxValue : _userOf(process);
        if (!_connections.TryAdd(user))
        {
            connection.Abort(new ConnectionAbortedException("The user's processes have too many connections."));
            return;
        }
        if (UserShares.IsCounted(user))
            connection.Features.Set(new LocalUser(user));
        try
        {
            await next(connection);
        }
        finally
        {
            _connections.Remove(user);
        }
    };

    private async Task ShareAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Features.Get<LocalUser>() is not { Id: var user })
        {
            await next(context);
            return;
        }
        if (!_calls.TryAdd(user))
        {
            BareAnswer.Refuse(
                context, StatusCode.ResourceExhausted, $"The processes of user {user} have {MaxCallsPerUser} calls to this node open, and that is the most of one user: end some, or run them as several users.");
            return;
        }
        try
        {
            await next(context);
        }
        finally
        {
            _calls.Remove(user);
        }
    }

    private static NodeStartException Explain(string path, Exception problem) => new(
        $"The socket {path} can't be opened: {problem.Message} Make its directory writable for the user that runs fulcrum, or name another with --socket.", problem);

    private static void ClearStale(string path)
    {
        if (!File.Exists(path))
            return;
        if (!Posix.IsSocket(path))
            throw new NodeStartException($"{path} is there, and is no socket. Move it away, or name another path with --socket.");
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException problem) when (problem.SocketErrorCode == SocketError.ConnectionRefused)
        {
            // Nobody listens: left behind by a process that was killed.
            File.Delete(path);
            return;
        }
        throw new NodeStartException($"Another fulcrum answers on {path}. Stop it, or name another path with --socket.");
    }
}
