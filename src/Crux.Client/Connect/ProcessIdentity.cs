using System.Security.Cryptography;
using Crux.Protos;
using Google.Protobuf;

namespace Crux.Client.Connect;

/// <summary>
/// One name that this process calls under: whether its node lets it have the name, and which node that is. Asks each new reeve again.
/// The keys themselves are made for each endpoint: <see cref="CallerKeys"/>. Thread-safe.
/// </summary>
internal sealed class ProcessIdentity(ReeveLink link, string name)
{
    private readonly TaskCompletionSource _enrolled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ByteString _nodeKey = ByteString.Empty;
    private volatile NodeInfo? _node;

    /// <summary>Raised after each answer.</summary>
    public event Action? Changed;

    public string Name => name;

    /// <summary>Completes once a node has let it have the name.</summary>
    public Task Enrolled => _enrolled.Task;

    /// <summary>The node that vouches; null until it does.</summary>
    public NodeInfo? Node => _node;

    /// <summary>Why the newest attempt failed; null where it did not.</summary>
    public string? Problem { get; private set; }

    /// <summary>Grows when another node vouches than before: connections that show keys of the old one are to be replaced.</summary>
    public int Life { get; private set; }

    public async Task RunAsync(CancellationToken stop)
    {
        var seen = 0;
        await link.KeepAsync(
            async token =>
            {
                var epoch = await link.WaitPastAsync(seen, token);
                await EnrollAsync(token);
                seen = epoch;
            },
            exception => Problem = exception is Grpc.Core.RpcException rpc ? rpc.Status.Detail : exception.Message,
            stop);
    }

    private async Task EnrollAsync(CancellationToken stop)
    {
        // This key opens nothing: the question is whether the node signs for the name, and with which key.
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var signed = await SignedKey.AskAsync(link, key, new EnrollRequest { Service = name }, stop);
        if (_nodeKey.Length > 0 && !_nodeKey.Equals(signed.NodeKey))
            Life++;
        _nodeKey = signed.NodeKey;
        _node = signed.Node;
        Problem = null;
        _enrolled.TrySetResult();
        Changed?.Invoke();
    }
}
