using System.Collections.Immutable;
using Crux.Client.Connect;
using Crux.Protos;
using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace Crux.Client.Hosting;

/// <summary>
/// Lets a call through to a service, or doesn't: by the operator's rules, as the node last told them. Each call is judged when it comes,
/// and again when the rules change while it runs. A node that went away leaves its last word in force.
/// </summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class CallGate
{
    /// <summary>How long a call waits for the node's first word; then it is refused, unbegun.</summary>
    public static readonly TimeSpan FirstWordWait = TimeSpan.FromSeconds(5);

    private static readonly object AllowedByRule = new();

    private readonly ReeveLink _link;
    private readonly ImmutableArray<ServedTarget> _targets;
    private readonly ServiceReporter _reporter;
    private readonly CallReports _reports;
    private readonly LiveCalls _live = new();
    private readonly TaskCompletionSource _told = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile Told? _current;

    /// <param name="link">The way to the node.</param>
    /// <param name="group">The services' group; empty for the flock's own.</param>
    /// <param name="instances">The services.</param>
    /// <param name="expects">Whom their author expects to call.</param>
    /// <param name="reporter">What is refused goes there.</param>
    public CallGate(ReeveLink link, string group, IEnumerable<InstanceName> instances, IEnumerable<string> expects, ServiceReporter reporter)
    {
        (_link, _reporter) = (link, reporter);
        _reports = new CallReports(link, reporter);
        _targets = [.. instances.Select(instance => new ServedTarget { Group = group, Instance = instance.ToString(), Expects = { expects } })];
    }

    /// <summary>Whether the call that is being served was allowed by a rule, and not merely passed for want of one.</summary>
    public static bool IsAllowedByRule(HttpContext context) => context.Items.ContainsKey(AllowedByRule);

    /// <summary>Follows the rules until stopped.</summary>
    public Task RunAsync(CancellationToken stop) => Task.WhenAll(_link.KeepAsync(FollowAsync, ended: null, stop), _reports.RunAsync(stop));

    /// <summary>The place of a service among those that it was made with.</summary>
    public int PlaceOf(InstanceName instance) => Math.Max(0, _targets.IndexOf(_targets.FirstOrDefault(target => target.Instance == instance.ToString())!));

    /// <summary>Serves one call, if its caller may make it.</summary>
    /// <param name="context">The call.</param>
    /// <param name="peer">Who makes it.</param>
    /// <param name="target">Which service it is for; see <see cref="PlaceOf"/>.</param>
    /// <param name="serve">The service.</param>
    public async Task ServeAsync(HttpContext context, PeerConnection peer, int target, RequestDelegate serve)
    {
        var current = _current ?? await FirstWordAsync(context.RequestAborted);
        if (current is null)
        {
            Refuse(context, StatusCode.Unavailable, "This service's node has not said yet who may call it.", notProcessed: true);
            return;
        }
        var call = new LiveCall(context, peer, target);
        // Known before it is judged: rules that come in between find it.
        _live.Add(call);
        try
        {
            if (!Judge(context, call).IsPermitted)
            {
                Refuse(context, StatusCode.PermissionDenied, Denial(peer, current.Targets[target].Party, call.Path), notProcessed: false);
                return;
            }
            await serve(context);
        }
        catch (Exception) when (call.IsEnded)
        {
            // The handler was in the middle of it, and its stream is gone: there is nobody to tell.
        }
        finally
        {
            _live.Remove(call);
        }
    }

    private TrustVerdict Judge(HttpContext context, LiveCall call)
    {
        var now = _current!.Targets[call.Target];
        var verdict = call.Peer.RulesOf(now.Table).Judge(call.Path);
        if (verdict.IsNews)
            return Note(call, now.Party, verdict);
        if (CallerRules.IsOwn(call.Path))
            context.Items[AllowedByRule] = AllowedByRule;
        return verdict;
    }

    // What Crux adds to a service has guards of its own, for callers that no rule speaks of.
    private TrustVerdict Note(LiveCall call, TrustParty target, TrustVerdict verdict)
    {
        if (verdict.Ground == TrustGround.NoRule && CallerRules.IsOwn(call.Path))
            return verdict with { Mode = TrustMode.Learn };
        _reports.Add(call.Peer.Party, target, call.Path, verdict);
        return verdict;
    }

    private async ValueTask<Told?> FirstWordAsync(CancellationToken cancelled)
    {
        try
        {
            await _told.Task.WaitAsync(FirstWordWait, _link.Time, cancelled);
        }
        catch (Exception late) when (late is TimeoutException or OperationCanceledException)
        {
            // The caller is told, or gone.
        }
        return _current;
    }

    private async Task FollowAsync(CancellationToken stop)
    {
        using var call = _link.Rules.Watch(new WatchRulesRequest { Targets = { _targets } }, cancellationToken: stop);
        await foreach (var reply in call.ResponseStream.ReadAllAsync(stop))
            Apply(reply);
        throw new IOException("the reeve ended its answer");
    }

    private void Apply(WatchRulesReply reply)
    {
        if (reply.Targets.Count != _targets.Length)
            return;
        var group = reply.Group;
        var told = new Told([.. _targets.Zip(reply.Targets, (target, rules) => new Target(
            new TrustParty(target.Group.Length > 0 ? target.Group : group, target.Instance), RuleReader.Compile(rules)))]);
        _current = told;
        _told.TrySetResult();
        var ended = _live.EndAll(live => IsForbidden(live, told));
        if (ended > 0)
            _reporter.CallsEnded(ended, reply.Revision);
    }

    private static bool IsForbidden(LiveCall call, Told told)
    {
        var verdict = call.Peer.RulesOf(told.Targets[call.Target].Table).Judge(call.Path);
        return !verdict.IsPermitted && !(verdict.Ground == TrustGround.NoRule && CallerRules.IsOwn(call.Path));
    }

    private static string Denial(PeerConnection peer, TrustParty target, string path) =>
        $"{target} does not let {peer.Party} call {path}. The flock's operator sees why with 'crux trust why {peer.Party} {target} {path.TrimStart('/')}'.";

    // An answer without a body: gRPC reads the status from its head.
    private static void Refuse(HttpContext context, StatusCode code, string message, bool notProcessed)
    {
        var response = context.Response;
        response.ContentType = "application/grpc";
        response.Headers["grpc-status"] = ((int)code).ToString(System.Globalization.CultureInfo.InvariantCulture);
        response.Headers["grpc-message"] = Uri.EscapeDataString(message);
        if (notProcessed)
            response.Headers[CruxTrailers.NotProcessed] = "1";
    }

    private sealed record Target(TrustParty Party, RuleTable Table);

    private sealed record Told(ImmutableArray<Target> Targets);
}
