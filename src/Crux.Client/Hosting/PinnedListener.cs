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
/// One listening socket with mutual TLS 1.3. Its certificate is swapped live when the node has vouched for it; who connects must
/// show a statement by a node of the flock. Thread-safe.
/// </summary>
internal sealed class PinnedListener(CruxProcess process, string commonName, ServiceReporter reporter) : IDisposable
{
    private readonly ProcessIdentity _bare = process.Service(commonName, "", "");
    private readonly PeerConnections _connections = new(process.Nodes);
    private ListenOptions? _listening;
    private volatile ProcessIdentity? _identity;
    private volatile Handshake? _handshake;

    /// <summary>Where it listens, once it does.</summary>
    public NetAddress Address => _listening?.IPEndPoint is { } bound ? NetAddress.From(bound) : default;

    /// <summary>What it shows from now on.</summary>
    public void Show(ProcessIdentity identity) => _identity = identity;

    public void Listen(KestrelServerOptions kestrel, IPEndPoint bind) => kestrel.Listen(bind, listen =>
    {
        _listening = listen;
        listen.Protocols = HttpProtocols.Http2;
        listen.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = _ => ValueTask.FromResult(Options()) });
        listen.Use(Identify);
    });

    public void Dispose() => _connections.Dispose();

    private ConnectionDelegate Identify(ConnectionDelegate next) => connection =>
    {
        // The handshake has verified it; read again, because TLS keeps nothing but the certificate.
        if (connection.Features.Get<ITlsConnectionFeature>()?.ClientCertificate is not { } shown || PeerStatement.TryRead(shown, _ => true, out _) is not { } caller)
        {
            connection.Abort();
            return Task.CompletedTask;
        }
        connection.Features.Set(new PeerConnection(caller));
        return _connections.ServeAsync(connection, caller.Node, next);
    };

    private SslServerAuthenticationOptions Options()
    {
        var certificate = (_identity ?? _bare).Certificate;
        var handshake = _handshake;
        if (handshake is null || handshake.Certificate != certificate)
            _handshake = handshake = new(certificate, PinnedCertificate.ServerOptions(certificate, Accepts));
        return handshake.Options;
    }

    private bool Accepts(X509Certificate2 shown)
    {
        if (PeerStatement.TryRead(shown, process.Nodes.Contains, out var problem) is not null)
            return true;
        ServiceTelemetry.CountRefused();
        reporter.PeerRefused(problem);
        return false;
    }

    private sealed record Handshake(X509Certificate2 Certificate, SslServerAuthenticationOptions Options);
}
