using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Crux.Protos;
using Google.Protobuf;

namespace Crux.Client.Connect;

/// <summary>
/// One name of this process: its certificate around the process's key, with the node's statement once the reeve has given it.
/// Enrols again with each new reeve. Thread-safe.
/// </summary>
internal sealed class ProcessIdentity
{
    private readonly ReeveLink _link;
    private readonly ECDsa _key;
    private readonly string _service;
    private readonly string _group;
    private readonly string _endpoint;
    private readonly byte[] _publicKey;
    private readonly TaskCompletionSource _enrolled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ByteString _nodeKey = ByteString.Empty;
    private volatile X509Certificate2 _certificate;
    private volatile NodeInfo? _node;

    public ProcessIdentity(ReeveLink link, ECDsa key, string service, string group, string endpoint)
    {
        (_link, _key, _service, _group, _endpoint) = (link, key, service, group, endpoint);
        _publicKey = key.ExportSubjectPublicKeyInfo();
        // Clients pin the key alone, so a server can serve before any node has vouched for it.
        _certificate = PinnedCertificate.Create(key, service);
    }

    /// <summary>Raised after each enrolment.</summary>
    public event Action? Changed;

    /// <summary>The newest certificate; carries a statement once <see cref="Enrolled"/> has completed.</summary>
    public X509Certificate2 Certificate => _certificate;

    public Task Enrolled => _enrolled.Task;

    /// <summary>The node that vouches; null until enrolled.</summary>
    public NodeInfo? Node => _node;

    /// <summary>Why the newest enrolment failed; null where it did not.</summary>
    public string? Problem { get; private set; }

    /// <summary>Grows when another node key vouches than before: connections that show the old statement are to be replaced.</summary>
    public int Generation { get; private set; }

    public async Task RunAsync(CancellationToken stop)
    {
        var seen = 0;
        await _link.KeepAsync(
            async token =>
            {
                var epoch = await _link.WaitPastAsync(seen, token);
                await EnrollAsync(token);
                seen = epoch;
            },
            exception => Problem = exception is Grpc.Core.RpcException rpc ? rpc.Status.Detail : exception.Message,
            stop);
    }

    private async Task EnrollAsync(CancellationToken stop)
    {
        var request = new EnrollRequest
        {
            Service = _service,
            Group = _group,
            Endpoint = _endpoint,
            PublicKey = UnsafeByteOperations.UnsafeWrap(_publicKey),
            Generation = 1,
        };
        var reply = await _link.Reeve.EnrollAsync(request, cancellationToken: stop);
        var statement = IdentityStatement.Parser.ParseFrom(reply.Statement.Statement);
        // The old certificate is left to the collector: handshakes may still hold it.
        _certificate = PinnedCertificate.Create(_key, _service, reply.Statement.ToByteArray());
        // After the certificate: what is opened under the new generation must not show the old statement.
        if (_nodeKey.Length > 0 && !_nodeKey.Equals(statement.NodeKey))
            Generation++;
        _nodeKey = statement.NodeKey;
        _node = reply.Node;
        Problem = null;
        _enrolled.TrySetResult();
        Changed?.Invoke();
    }
}
