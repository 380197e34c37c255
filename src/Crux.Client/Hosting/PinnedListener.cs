using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Crux.Client.Connect;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Crux.Client.Hosting;

/// <summary>
/// One listening socket with mutual TLS 1.3. Its certificate is swapped live when the node has vouched for it, and when its key is
/// replaced; who connects must show a key that a node of the flock signed for this endpoint. Thread-safe.
/// </summary>
internal sealed class PinnedListener : IDisposable
{
    /// <summary>How long a handshake may take: whoever sends it in drops has his place no longer.</summary>
    private static readonly TimeSpan HandshakeLimit = TimeSpan.FromSeconds(5);

    /// <summary>At most one line in this time says who was refused; the count has them all.</summary>
    private static readonly TimeSpan TellingPause = TimeSpan.FromSeconds(1);

    private readonly CruxProcess _process;
    private readonly ServiceReporter _reporter;
    private readonly PeerConnections _connections;
    private readonly CallerGenerations _generations = new();
    private readonly HandshakeRoom _room;
    private ListenOptions? _listening;
    private volatile Handshake? _handshake;
    private long _toldAt;

    public PinnedListener(CruxProcess process, ServedKeys keys, ServiceReporter reporter)
    {
        (_process, Keys, _reporter) = (process, keys, reporter);
        _connections = new PeerConnections(process.Nodes, keys.Services, process.Link.Time);
        _room = new HandshakeRoom(process.Link.Time);
        keys.Dropped += EndDropped;
    }

    /// <summary>What it shows.</summary>
    public ServedKeys Keys { get; }

    /// <summary>Where it listens, once it does.</summary>
    public NetAddress Address => _listening?.IPEndPoint is { } bound ? NetAddress.From(bound) : default;

    public void Listen(KestrelServerOptions kestrel, IPEndPoint bind) => kestrel.Listen(bind, listen =>
    {
        _listening = listen;
        listen.Protocols = HttpProtocols.Http2;
        listen.Use(LetIn);
        listen.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = _ => ValueTask.FromResult(Options()), HandshakeTimeout = HandshakeLimit });
        listen.Use(Identify);
    });

    public void Dispose()
    {
        Keys.Dropped -= EndDropped;
        _connections.Dispose();
    }

    private ConnectionDelegate LetIn(ConnectionDelegate next) => async connection =>
    {
        // Only a test's network has ends without addresses.
        using var pass = connection.RemoteEndPoint is IPEndPoint remote ? _room.TryEnter(NetAddress.From(remote)) : null;
        if (pass is null && connection.RemoteEndPoint is IPEndPoint)
        {
            ServiceTelemetry.CountRefused();
            connection.Abort();
            return;
        }
        if (pass is not null)
            connection.Features.Set(pass);
        await next(connection);
    };

    private ConnectionDelegate Identify(ConnectionDelegate next) => connection =>
    {
        if (connection.Features.Get<ITlsConnectionFeature>()?.ClientCertificate is not { } shown || PeerStatement.ReadVerified(shown) is not { } caller)
        {
            connection.Abort();
            return Task.CompletedTask;
        }
        connection.Features.Get<HandshakePass>()?.Succeeded();
        connection.Features.Set(new PeerConnection(caller));
        var serving = _connections.ServeAsync(connection, caller, next);
        _connections.EndOlder(caller);
        return serving;
    };

    private SslServerAuthenticationOptions Options()
    {
        var certificate = Keys.Current.Certificate;
        var handshake = _handshake;
        if (handshake is null || handshake.Certificate != certificate)
            _handshake = handshake = new(certificate, PinnedCertificate.ServerOptions(certificate, Accepts));
        return handshake.Options;
    }

    private bool Accepts(X509Certificate2 shown)
    {
        if (PeerStatement.TryRead(shown, _process.Nodes.Contains, out var problem) is { } caller)
        {
            if (!Keys.Accepts(caller.Destination.Span))
                problem = caller.Destination.IsEmpty ? $"its key, of {caller.Service}, was signed for no endpoint" : $"its key, of {caller.Service}, was signed for another endpoint, or for an old key of this one";
            else if (_process.Nodes.Bans.Void(caller, Keys.Services))
                problem = $"an operator has taken back the keys of {caller.Service} on node {caller.Node.Brief}";
            else if (_generations.Admits(caller, out problem))
                return true;
        }
        ServiceTelemetry.CountRefused();
        var now = _process.Link.Time.GetTimestamp();
        var last = Interlocked.Read(ref _toldAt);
        if ((last == 0 || _process.Link.Time.GetElapsedTime(last, now) >= TellingPause) && Interlocked.CompareExchange(ref _toldAt, now, last) == last)
            _reporter.PeerRefused(problem);
        return false;
    }

    private void EndDropped() => _connections.Renew(caller => !Keys.Accepts(caller.Destination.Span));

    private sealed record Handshake(X509Certificate2 Certificate, SslServerAuthenticationOptions Options);
}
