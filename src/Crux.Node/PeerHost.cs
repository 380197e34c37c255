using System.Net;
using System.Net.Sockets;
using Crux.Node.Security;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Crux.Node;

/// <summary>
/// Serves the flock's other nodes on TCP, with TLS on both sides. Whoever is neither in the view nor an operator doesn't get past the
/// handshake; an operator's connection goes on to another server.
/// </summary>
internal sealed class PeerHost : IAsyncDisposable
{
    /// <summary>Connections at once: one from each node of a large flock, and room for those that are being replaced.</summary>
    public const int MaxConnections = 20_000;

    /// <summary>
    /// Streams that one connection may have open. A reeve has one to its steward, a follower one more, and a few calls beside them; each
    /// costs some 10 KB, and Kestrel keeps twice as many for who resets them.
    /// </summary>
    public const int MaxStreamsPerConnection = 64;

    private static readonly TimeSpan HandshakeLimit = TimeSpan.FromSeconds(5);
    // Later than who called: one of both is enough, and pings were a tenth of all that a quiet node sends.
    private static readonly TimeSpan KeepAliveDelay = TimeSpan.FromSeconds(45);
    private static readonly TimeSpan KeepAliveLimit = TimeSpan.FromSeconds(5);

    private readonly NetAddress _address;
    private readonly PeerTls _tls;
    private readonly PeerConnections _connections;
    private readonly OperatorConnections _operators;
    private readonly HandshakeRoom _room = new(TimeProvider.System);
    private readonly GrpcHost _host;

    public PeerHost(
        NetAddress address, Socket port, PeerTls tls, PeerDoor door, PeerConnections connections, OperatorConnections operators, ILoggerFactory loggers, Action<IServiceCollection> services, Action<IEndpointRouteBuilder> map)
    {
        (_address, _tls, _connections, _operators) = (address, tls, connections, operators);
        var handshake = new TlsHandshakeCallbackOptions
        {
            OnConnection = async context =>
            {
                await door.EnterAsync(context.Connection.RemoteEndPoint, context.CancellationToken);
                return tls.Server;
            },
            HandshakeTimeout = HandshakeLimit,
        };
        _host = new GrpcHost(
            loggers,
            port,
            kestrel =>
            {
                kestrel.Limits.MaxConcurrentConnections = MaxConnections;
                kestrel.Limits.Http2.KeepAlivePingDelay = KeepAliveDelay;
                kestrel.Limits.Http2.KeepAlivePingTimeout = KeepAliveLimit;
                kestrel.Listen(address.ToEndPoint(), listen =>
                {
                    listen.Protocols = HttpProtocols.Http2;
                    listen.Use(LetIn);
                    listen.UseHttps(handshake);
                    listen.Use(Track);
                    listen.Use(GrpcHost.LetGo);
                });
            },
            services,
            map,
            MaxStreamsPerConnection);
    }

    /// <summary>Takes the port; nobody can connect yet.</summary>
    /// <exception cref="NodeStartException">It can't be had; the message says what to do.</exception>
    public static Socket Take(NetAddress address)
    {
        var port = new Socket(address.Family, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            port.Bind(address.ToEndPoint());
            return port;
        }
        catch (SocketException problem)
        {
            port.Dispose();
            throw Explain(address, problem);
        }
    }

    /// <summary>Listens.</summary>
    /// <exception cref="NodeStartException">The port can't be had; the message says what to do.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _host.StartAsync(cancellationToken);
        }
        catch (Exception problem) when (problem is IOException or SocketException)
        {
            throw Explain(_address, problem);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => _host.StopAsync(cancellationToken);

    public Task AbortAsync() => _host.AbortAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private static NodeStartException Explain(NetAddress address, Exception problem) => problem is SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse }
        ? new($"TCP {address} is in use: another fulcrum, or another program, has it. `ss -tlpn 'sport = {address.Port}'` names it; stop it, or give another --port or --address.", problem)
        : new($"TCP {address} can't be opened: {problem.Message} Give another --port or --address.", problem);

    private ConnectionDelegate LetIn(ConnectionDelegate next) => async connection =>
    {
        // Only a test's network has ends without addresses.
        using var pass = connection.RemoteEndPoint is IPEndPoint remote ? _room.TryEnter(NetAddress.From(remote)) : null;
        if (pass is null && connection.RemoteEndPoint is IPEndPoint)
        {
            connection.Abort();
            return;
        }
        if (pass is not null)
            connection.Features.Set(pass);
        await next(connection);
    };

    private ConnectionDelegate Track(ConnectionDelegate next) => async connection =>
    {
        var shown = connection.Features.Get<ITlsConnectionFeature>()?.ClientCertificate;
        if (shown is not null && _tls.OperatorOf(shown) is { } key)
        {
            connection.Features.Get<HandshakePass>()?.Succeeded();
            await _operators.ServeAsync(connection, key);
            return;
        }
        if (shown is null || PeerTls.NodeOf(shown) is not { } node || !_connections.TryAdd(node, connection))
        {
            connection.Abort(new ConnectionAbortedException("The node has left the flock's view."));
            return;
        }
        connection.Features.Get<HandshakePass>()?.Succeeded();
        try
        {
            await next(connection);
        }
        finally
        {
            _connections.Remove(node, connection);
        }
    };
}
