using System.Threading.Channels;
using Crux.Protos;
using Grpc.Core;

namespace Crux.Client.Rehearsal;

/// <summary>The rules of a dry run: everybody may call, or nobody.</summary>
internal sealed class StageRules : Rules.RulesBase
{
    private readonly Channel<WatchRulesReply> _rules = StageLines.Of<WatchRulesReply>();

    public StageRules() => Say();

    /// <summary>Everybody may.</summary>
    public void Allow() => Say();

    /// <summary>Nobody may.</summary>
    public void Deny()
    {
        var anybody = new RuleParty { Group = TrustParty.Any, Name = TrustParty.Any };
        Say(new Rule { Effect = RuleEffect.Deny, From = anybody, To = anybody });
    }

    public override Task Watch(WatchRulesRequest request, IServerStreamWriter<WatchRulesReply> responseStream, ServerCallContext context) => StageLines.SayAsync(_rules, responseStream, context);

    public override Task<ReportCallsReply> Report(ReportCallsRequest request, ServerCallContext context) => Task.FromResult(new ReportCallsReply());

    private void Say(params Rule[] rules) =>
        _rules.Writer.TryWrite(new WatchRulesReply { Group = StageReeve.Group, Targets = { new TargetRules { Mode = RuleMode.Learn, Rules = { rules } } } });
}
