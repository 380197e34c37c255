using System.Net.Sockets;
using Crux.Machines.Flock.Authority;
using Crux.Machines.Trust;
using Crux.Node.Security;
using Crux.Protos;
using Google.Protobuf;
using Grpc.Net.Client;

namespace Crux.Testing;

/// <summary>The operator of a test flock, at the socket of one of its nodes: signs what is ordered, as <c>crux</c> does, and gives it.</summary>
internal sealed class TestOperator : IDisposable
{
    private readonly OperatorKey _key;
    private readonly GrpcChannel _channel;
    private readonly Operator.OperatorClient _operator;
    private readonly RuleDesk.RuleDeskClient _desk;

    public TestOperator(string socket, string keyPath)
    {
        _key = OperatorKey.Read(keyPath);
        _channel = GrpcChannel.ForAddress("http://reeve", new GrpcChannelOptions
        {
            HttpHandler = new SocketsHttpHandler
            {
                ConnectCallback = async (_, cancelled) =>
                {
                    var end = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                    await end.ConnectAsync(new UnixDomainSocketEndPoint(socket), cancelled);
                    return new NetworkStream(end, ownsSocket: true);
                },
                UseProxy = false,
            },
            DisposeHttpClient = true,
        });
        _operator = new(_channel);
        _desk = new(_channel);
    }

    /// <summary>Whether this node has the birth record.</summary>
    public async Task<bool> IsSealedAsync(CancellationToken cancelled) => !(await _operator.GetSealingAsync(new GetSealingRequest(), cancellationToken: cancelled)).Uuid.IsEmpty;

    /// <summary>Which revision of the rules this node has.</summary>
    public async Task<ulong> RevisionAsync(CancellationToken cancelled) => (await ReadAsync(cancelled)).Revision;

    /// <summary>Orders that the flock be sealed.</summary>
    /// <param name="expect">How many nodes there have to be.</param>
    public Task SealAsync(int expect, CancellationToken cancelled) => GiveAsync(OrderKind.Seal, new SealTerms((uint)expect, IsSolo: expect == 1).ToPayload(), cancelled);

    /// <summary>Orders that nobody trust a node any more.</summary>
    public Task RevokeAsync(NodeId node, CancellationToken cancelled) => GiveAsync(OrderKind.Revoke, OrderNodes.Write([node]), cancelled);

    /// <summary>Changes the rules, and returns the revision that they have then.</summary>
    /// <exception cref="ArgumentException">A line is none, or can't be done; the message says why.</exception>
    public async Task<ulong> ChangeRulesAsync(IEnumerable<string> lines, CancellationToken cancelled)
    {
        var group = (await _desk.GetRulesAsync(new GetRulesRequest(), cancellationToken: cancelled)).Group;
        var before = await ReadAsync(cancelled);
        RuleChange[] changes = [.. lines.Select(line => RuleWords.Read(line, group))];
        var after = before.With(changes, out var problem) ?? throw new ArgumentException(problem);
        var order = await SignAsync(OrderKind.Rules, RuleOrder.Write(before, after, changes), cancelled);
        await _desk.PlaceRulesAsync(new PlaceRulesRequest { Order = ByteString.CopyFrom(order.Raw.Span), Rules = ByteString.CopyFrom(after.Bytes.Span) }, cancellationToken: cancelled);
        return after.Revision;
    }

    public void Dispose()
    {
        _channel.Dispose();
        _key.Dispose();
    }

    private async Task<RuleSet> ReadAsync(CancellationToken cancelled) =>
        SignedRules.TryRead((await _desk.GetRulesAsync(new GetRulesRequest(), cancellationToken: cancelled)).SignedRules.Span, out var rules) ? rules.Rules : RuleSet.Empty;

    private async Task GiveAsync(OrderKind kind, byte[] payload, CancellationToken cancelled)
    {
        var order = await SignAsync(kind, payload, cancelled);
        await _operator.PlaceOrderAsync(new PlaceOrderRequest { Order = ByteString.CopyFrom(order.Raw.Span) }, cancellationToken: cancelled);
    }

    private async Task<OperatorOrder> SignAsync(OrderKind kind, byte[] payload, CancellationToken cancelled)
    {
        var authority = await _operator.GetAuthorityAsync(new GetAuthorityRequest(), cancellationToken: cancelled);
        return _key.Sign(kind, authority, payload);
    }
}
