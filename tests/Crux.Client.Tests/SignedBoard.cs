using System.Security.Cryptography;
using Crux.Machines.Flock.Authority;
using Crux.Machines.Flock.Keys;
using Crux.Machines.Trust;
using Crux.Services.Trust;

namespace Crux.Client.Tests;

/// <summary>A node's board, and an operator who puts rules on it: <c>allow web galumph2</c>, <c>mode strict galumph2</c>.</summary>
internal sealed class SignedBoard : IDisposable
{
    private readonly P256NodeSigner _operator = new(ECDsa.Create(ECCurve.NamedCurves.nistP256));
    private RuleSet _set = RuleSet.Empty;
    private ulong _sequence;

    public RuleBoard Board { get; } = new();

    public void Add(params string[] rules) => Change([.. rules.Select(rule => RuleChange.Add(Read(rule)))]);

    public void Drop(string rule) => Change(RuleChange.Drop(Read(rule)));

    public void SetMode(string target, TrustMode mode) => Change(RuleChange.SetMode(new("demo", target), mode));

    public void Ban(NodeId node, string service, string to = "", bool forGood = false) => Change(RuleChange.BanKeys(new(node, service, to, 0, forGood)));

    public void Lift(NodeId node, string service, string to = "") => Change(RuleChange.LiftBan(new(node, service, to, 0, false)));

    /// <summary>There are rules, and the node has lost them.</summary>
    public void Lose() => Board.Show(new(null, IsMissing: true, NotKept: null));

    public void Dispose() => _operator.Dispose();

    private static TrustRule Read(string rule)
    {
        var words = rule.Split(' ');
        return new(words[0] == "allow" ? TrustEffect.Allow : TrustEffect.Deny, new("demo", words[1]), new("demo", words[2]), words[3..]);
    }

    private void Change(params RuleChange[] changes)
    {
        var after = _set.With(changes, out var problem) ?? throw new ArgumentException(problem);
        var flock = new FlockAuthority("lab", "demo", 1, _sequence, _operator.PublicKey);
        var order = OperatorOrder.Sign(OrderKind.Rules, flock, _sequence, ++_sequence, RuleOrder.Write(_set, after, changes), _operator);
        _set = after;
        Board.Show(new(SignedRules.Join(order, after), IsMissing: false, NotKept: null));
    }
}
