using System.Security.Cryptography;
using Crux.Protos;
using Google.Protobuf;

namespace Crux.Client.Tests.Scripted;

/// <summary>What a scripted reeve knows, and everything that it was told. Thread-safe.</summary>
public sealed class ScriptedRegistry : IDisposable
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly List<BeatRequest> _beats = [];
    private readonly List<byte[]> _nodes = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ulong _revision = 1;

    public ScriptedRegistry()
    {
        NodeKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Node = NodeId.FromPublicKey(NodeKey.ExportSubjectPublicKeyInfo());
        _nodes.Add(Node.ToArray());
    }

    /// <summary>The same node after a restart: its key, and nothing else.</summary>
    public ScriptedRegistry(ScriptedRegistry before)
    {
        (NodeKey, Node) = (before.NodeKey, before.Node);
        _nodes.Add(Node.ToArray());
    }

    public ECDsa NodeKey { get; }

    public NodeId Node { get; }

    public StewardState Steward { get; set; } = StewardState.Ready;

    public bool Enrolls { get; set; } = true;

    public IReadOnlyList<BeatRequest> Beats
    {
        get
        {
            lock (_lock)
                return [.. _beats];
        }
    }

    public IReadOnlyList<Entry> Entries
    {
        get
        {
            lock (_lock)
                return [.. _entries.Values];
        }
    }

    public NodeInfo Info => new() { NodeId = ByteString.CopyFrom(Node.ToArray()), Name = "here", Address = "127.0.0.1:23123", FlockId = "test/flock", Group = "flock" };

    public void Edit(Action<IDictionary<string, Entry>> edit)
    {
        lock (_lock)
        {
            edit(_entries);
            _revision++;
        }
        Wake();
    }

    public void SetNodes(params NodeId[] nodes)
    {
        lock (_lock)
        {
            _nodes.Clear();
            _nodes.AddRange(nodes.Select(node => node.ToArray()));
            _revision++;
        }
        Wake();
    }

    public void Take(BeatRequest beat)
    {
        lock (_lock)
        {
            _beats.Add(beat);
            foreach (var point in beat.Points)
            {
                if (beat.Goodbye)
                    _entries.Remove(point.InstanceId);
                else
                    _entries[point.InstanceId] = ToEntry(point);
            }
            _revision++;
        }
        Wake();
    }

    public FindReply Find(Protos.Selector selector)
    {
        lock (_lock)
        {
            var fitting = _entries.Values
                .Where(entry => entry.Api == selector.Api && (selector.Version.Length == 0 || entry.Instance == $"{selector.Api}_{selector.Version}"))
                .Where(entry => entry.Status is Status.Serving or Status.Degraded or Status.Draining)
                .OrderBy(entry => entry.Status)
                .ThenByDescending(entry => InstanceName.Parse(entry.Instance))
                .ToList();
            if (fitting.Exists(entry => entry.Status != Status.Draining))
                fitting.RemoveAll(entry => entry.Status == Status.Draining);
            var tiers = fitting.Select(entry => (entry.Status, entry.Instance)).Distinct().ToList();
            var reply = new FindReply { Revision = _revision, Steward = Steward };
            reply.Offers.Add(fitting.Select(entry => new Offer { Entry = entry, Tier = tiers.IndexOf((entry.Status, entry.Instance)) }));
            return reply;
        }
    }

    public WatchNodesReply Nodes()
    {
        lock (_lock)
        {
            var reply = new WatchNodesReply { Revision = _revision };
            reply.NodeIds.Add(_nodes.Select(node => ByteString.CopyFrom(node)));
            return reply;
        }
    }

    /// <summary>Completes at the next change.</summary>
    public Task Changed()
    {
        lock (_lock)
            return _changed.Task;
    }

    public void Dispose() => NodeKey.Dispose();

    private void Wake()
    {
        TaskCompletionSource woken;
        lock (_lock)
        {
            woken = _changed;
            _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        woken.TrySetResult();
    }

    private Entry ToEntry(Point point) => new()
    {
        InstanceId = point.InstanceId,
        Group = "flock",
        Api = InstanceName.Parse(point.Instance).Api,
        Instance = point.Instance,
        NetId = "here:" + point.Address.Split(':')[^1],
        Address = point.Address.Replace("0.0.0.0", "127.0.0.1", StringComparison.Ordinal),
        NodeId = ByteString.CopyFrom(Node.ToArray()),
        KeyHash = point.KeyHash,
        Status = point.Status,
    };
}
