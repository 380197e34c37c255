using Crux.Machines.Flock.Authority;
using Crux.Machines.Flock.Election.Fenced;

namespace Crux.Machines.Flock.Election;

/// <summary>
/// The operator's word that the voters are lost for good and others vote in their place. Nobody else can say so: who is cut off from a
/// majority can't tell its loss from its silence.
/// </summary>
internal sealed class Refounding
{
    private readonly FlockState _state;
    private readonly OrderBook _orders;
    private readonly ElectionDesk _desk;
    private ulong _seen;

    public Refounding(FlockState state, OrderBook orders, ElectionDesk desk)
    {
        (_state, _orders, _desk) = (state, orders, desk);
        orders.Serve(OrderKind.Refound, new OrderDuty(FindProblem, static _ => { }));
    }

    /// <summary>What an order given now would say; else why none is needed, or what to do first.</summary>
    public (RefoundTerms? Terms, string? Problem) Plan()
    {
        var report = _desk.Report;
        if (report.Lineage == 0 || !report.IsBorn)
            return (null, "This flock never had an elected leader, so nothing was lost with it: the first one is elected within seconds of the view's settling. See 'crux status'.");
        if (FindWhyNot() is { } problem)
            return (null, problem);
        var first = _desk.HighestTerm + ElectionRules.RefoundingLeap + (_state.Random.NextUInt64() % ElectionRules.RefoundingLeap);
        return (RefoundTerms.Of(report.Lineage, first, _desk.Roll.Choose(report.Lineage).Select(voter => (voter.Id, voter.Address))), null);
    }

    // What is in the book from before this start may not have reached the disk that votes lie on.
    public void Tick()
    {
        if (_seen == _orders.Digest)
            return;
        _seen = _orders.Digest;
        if (_orders.Latest(OrderKind.Refound) is { } order && RefoundTerms.TryRead(order.Payload.Span) is { } terms && _state.MayFollow(terms.Lineage))
            _desk.Refound(terms, order.Sequence);
    }

    private string? FindProblem(OperatorOrder order)
    {
        if (RefoundTerms.TryRead(order.Payload.Span) is not { } terms)
            return "The order to refound makes no sense: it was made by another version of crux. Compare 'crux --version' with 'fulcrum --version'.";
        if (terms.Lineage != _desk.Report.Lineage)
            return $"The order is for the lineage {terms.Lineage:x32}, and this node is of {_desk.Report.Lineage:x32} by now. Give the command again.";
        if (FindWhyNot() is { } problem)
            return problem;
        return terms.FirstTerm > _desk.HighestTerm ? null : "Terms have moved on since the order was made. Give the command again.";
    }

    private string? FindWhyNot()
    {
        if (_state.Claim is { IsFenced: true } claim)
            return $"A leader is elected, in term {claim.Term}: there is nothing to refound. See 'crux leader'.";
        var report = _desk.Report;
        return report.Voters.IsEmpty || report.LacksMajority ? null
            : $"{report.VotersHere} of {report.Voters.Length} voters are here, and elect a leader by themselves within seconds. If none comes, see 'crux doctor'.";
    }
}
