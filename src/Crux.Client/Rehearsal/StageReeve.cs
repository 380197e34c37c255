using System.Security.Cryptography;
using System.Threading.Channels;
using Crux.Client.Connect;
using Crux.Protos;
using Google.Protobuf;
using Grpc.Core;

namespace Crux.Client.Rehearsal;

/// <summary>The reeve of a dry run: vouches for whoever asks, with a key that exists for it alone, and says what the play has next. For one process.</summary>
internal sealed class StageReeve : Reeve.ReeveBase, IDisposable
{
    /// <summary>The group of everything in the play.</summary>
    public const string Group = "rehearsal";

    /// <summary>The revision of the rules that has the ban.</summary>
    private const uint BannedBy = 1;

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly Channel<FindReply> _offers = StageLines.Of<FindReply>();
    private readonly Channel<WatchNodesReply> _nodes = StageLines.Of<WatchNodesReply>();
    private readonly Channel<WatchKeysReply> _keys = StageLines.Of<WatchKeysReply>();
    private readonly ByteString _nodeKey;
    private readonly ByteString _nodeId;
    private volatile string _banned = "";

    public StageReeve()
    {
        _nodeKey = ByteString.CopyFrom(_key.ExportSubjectPublicKeyInfo());
        _nodeId = ByteString.CopyFrom(NodeId.FromPublicKey(_nodeKey.Span).ToArray());
        _nodes.Writer.TryWrite(new WatchNodesReply { NodeIds = { _nodeId } });
        _keys.Writer.TryWrite(new WatchKeysReply { Generations = { Generation("") } });
    }

    /// <summary>Puts a service into the registry.</summary>
    public void Offer(InstanceName instance, NetAddress address, byte[] pin) => _offers.Writer.TryWrite(new FindReply
    {
        Steward = StewardState.Ready,
        Offers =
        {
            new Offer
            {
                Entry = new Entry
                {
                    InstanceId = Group, Group = Group, Api = instance.Api, Instance = instance.ToString(), NetId = $"{Group}:{address.Port}", Address = address.ToString(), NodeId = _nodeId,
                    KeyHash = ByteString.CopyFrom(pin), Status = Protos.Status.Serving,
                },
            },
        },
    });

    /// <summary>An operator takes back the keys of a name; its process takes new ones.</summary>
    public void Ban(string name)
    {
        _banned = name;
        _nodes.Writer.TryWrite(new WatchNodesReply { NodeIds = { _nodeId }, Bans = { new KeyBan { NodeId = _nodeId, Service = name, Since = BannedBy } } });
        _keys.Writer.TryWrite(new WatchKeysReply { Generations = { Generation(""), Generation(name) } });
    }

    /// <summary>The node leaves the flock; another one stays.</summary>
    public void Leave() => _nodes.Writer.TryWrite(new WatchNodesReply { NodeIds = { ByteString.CopyFrom(new byte[NodeId.SizeBytes]) } });

    public override Task<EnrollReply> Enroll(EnrollRequest request, ServerCallContext context)
    {
        var generation = Generation(request.Service);
        var statement = new IdentityStatement
        {
            Service = request.Service, Group = Group, Endpoint = request.Endpoint, PublicKey = request.PublicKey, Destination = request.Destination, NodeKey = _nodeKey,
            Generation = generation.Generation, OldestGeneration = generation.Oldest, Acknowledged = request.Service == _banned ? BannedBy : 0,
        }.ToByteArray();
        byte[] signature;
        lock (_key)
            signature = _key.SignData([.. PeerStatement.Context, .. statement], HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        return Task.FromResult(new EnrollReply
        {
            Statement = new SignedStatement { Statement = ByteString.CopyFrom(statement), Signature = ByteString.CopyFrom(signature) },
            Node = new NodeInfo { NodeId = _nodeId, Name = Group, Address = "127.0.0.1:0", FlockId = Group, Group = Group },
        });
    }

    public override Task Watch(WatchRequest request, IServerStreamWriter<FindReply> responseStream, ServerCallContext context) => StageLines.SayAsync(_offers, responseStream, context);

    public override Task WatchNodes(WatchNodesRequest request, IServerStreamWriter<WatchNodesReply> responseStream, ServerCallContext context) => StageLines.SayAsync(_nodes, responseStream, context);

    public override Task WatchKeys(WatchKeysRequest request, IServerStreamWriter<WatchKeysReply> responseStream, ServerCallContext context) => StageLines.SayAsync(_keys, responseStream, context);

    public void Dispose() => _key.Dispose();

    private KeyGeneration Generation(string name)
    {
        var number = name.Length > 0 && name == _banned ? 2u : 1u;
        return new() { Service = name, Generation = number, Oldest = number };
    }
}
