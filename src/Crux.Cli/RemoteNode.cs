using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Crux.Node;

namespace Crux.Cli;

/// <summary>The way to a node from a distance: TLS 1.3, the operator's key on this side, and on the other a node whose id is known here.</summary>
internal sealed class RemoteNode : IDisposable
{
    private readonly X509Certificate2 _certificate;
    private readonly NetAddress _address;
    private readonly NodeId? _pinned;
    private readonly TimeSpan _timeout;

    /// <param name="host">The address, with or without a port.</param>
    /// <param name="keyPath">The operator's key.</param>
    /// <param name="nodeId">The id that the node must have; null: one that is known.</param>
    /// <param name="timeout">How long connecting may take.</param>
    /// <exception cref="Failure">One of them can't be used; the message says what to do.</exception>
    public RemoteNode(string host, string? keyPath, string? nodeId, TimeSpan timeout)
    {
        if (!NetAddress.TryParse(host, out _address))
            throw new Failure(ExitCode.Usage, $"'{host}' is no address: write --host 10.0.0.2, --host 10.0.0.2:{CruxNodeOptions.DefaultPort} or --host [fd00:1::2]:{CruxNodeOptions.DefaultPort}.");
        if (_address.Port == 0)
            _address = _address.WithPort(CruxNodeOptions.DefaultPort);
        if (keyPath is null)
            throw new Failure(ExitCode.Usage, $"A node at a distance wants to know who asks: name your key with --operator-key FILE or {GlobalOptions.OperatorKeyVariable}.");
        if (nodeId is not null)
            _pinned = NodeId.TryParse(nodeId, out var id) ? id : throw new Failure(ExitCode.Usage, $"'{nodeId}' is no node's id: 32 hexadecimal digits, as 'crux status' shows them on that machine.");
        _timeout = timeout;
        Known = KnownNodes.Of(keyPath);
        using var key = OperatorOrders.Read(keyPath);
        _certificate = key.Certify();
    }

    /// <summary>The nodes that are known here.</summary>
    public KnownNodes Known { get; }

    /// <summary>Where the node is.</summary>
    public NetAddress Address => _address;

    /// <summary>Connects, and knows that it is the node that was meant.</summary>
    /// <exception cref="Failure">Nobody is there, or somebody else; the message says what to do.</exception>
    public async Task<Stream> ConnectAsync(CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(_timeout);
        var socket = new Socket(_address.Family, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        var shown = default(NodeId?);
        SslStream? tls = null;
        try
        {
            await socket.ConnectAsync(_address.ToEndPoint(), patience.Token);
            tls = new SslStream(new NetworkStream(socket, ownsSocket: true));
            await tls.AuthenticateAsClientAsync(
                PinnedCertificate.ClientOptions(_certificate, certificate => (shown = IdOf(certificate)) is { } id && (_pinned is { } pin ? id == pin : Known.Contains(id))),
                patience.Token);
            return tls;
        }
        catch (Exception problem)
        {
            if (tls is not null)
                await tls.DisposeAsync();
            socket.Dispose();
            throw problem is OperationCanceledException && cancellationToken.IsCancellationRequested ? problem : Explain(problem, shown);
        }
    }

    public void Dispose() => _certificate.Dispose();

    private static NodeId? IdOf(X509Certificate2 certificate)
    {
        try
        {
            return PinnedCertificate.NodeOf(certificate);
        }
        catch (Exception problem) when (problem is CryptographicException or PlatformNotSupportedException)
        {
            return null;
        }
    }

    private Failure Explain(Exception problem, NodeId? shown) => problem switch
    {
        AuthenticationException when shown is { } other && _pinned is { } pin => new(ExitCode.Refused,
            $"At {_address} is node {other}, and not {pin}. If that machine was set up anew, 'crux status' on it shows its id; if not, somebody stands in between."),
        AuthenticationException when shown is { } stranger => new(ExitCode.Refused,
            $"At {_address} is node {stranger}, and nothing here says that it is of your flock. Compare that with what 'crux status' shows on the machine, and give it once with --node-id {stranger}: "
            + $"the flock's other nodes are known by it then ({Known.Path})."),
        AuthenticationException or IOException => new(ExitCode.Refused,
            $"Who is at {_address} ends the connection: no node of Crux, or one that this key is no operator for. See 'crux operator list' on a node."),
        OperationCanceledException => new(ExitCode.Timeout, $"{_address} takes no connection within the time: off, cut off, or a firewall is in between. Try another node, or give it longer with --timeout 30s."),
        SocketException { SocketErrorCode: SocketError.ConnectionRefused } => new(ExitCode.Unreachable, $"Nobody listens at {_address}: fulcrum does not run there, or has another port. See 'crux members' for addresses."),
        _ => new(ExitCode.Unreachable, $"{_address} can't be reached: {problem.Message}."),
    };
}
