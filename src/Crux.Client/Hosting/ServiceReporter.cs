using Microsoft.Extensions.Logging;

namespace Crux.Client.Hosting;

/// <summary>What a service says of its life in the flock. Events 5001 to 5099.</summary>
internal sealed partial class ServiceReporter(ILogger logger)
{
    [LoggerMessage(EventId = 5001, Level = LogLevel.Information, Message = "{Instance} listens on {Address}.")]
    public partial void Listening(InstanceName instance, string address);

    [LoggerMessage(EventId = 5002, Level = LogLevel.Information, Message = "Registered with {Node} as {Instances}.")]
    public partial void Registered(string node, string instances);

    [LoggerMessage(EventId = 5003, Level = LogLevel.Warning, Message = "Not registered: {Problem}. Serving goes on; registration is tried until it succeeds.")]
    public partial void Unregistered(string problem);

    [LoggerMessage(EventId = 5004, Level = LogLevel.Warning, Message = "The node refuses a point: {Problem}.")]
    public partial void Refused(string problem);

    [LoggerMessage(EventId = 5005, Level = LogLevel.Warning, Message = "No heartbeat: the health checks gave no answer within {Deadline}.")]
    public partial void Withheld(TimeSpan deadline);

    [LoggerMessage(EventId = 5006, Level = LogLevel.Information, Message = "Draining: still accepting calls, {InFlight} in flight.")]
    public partial void Draining(int inFlight);

    [LoggerMessage(EventId = 5007, Level = LogLevel.Information, Message = "Drained with {InFlight} calls in flight; leaving.")]
    public partial void Drained(int inFlight);

    [LoggerMessage(EventId = 5008, Level = LogLevel.Information, Message = "Refused a connection: {Problem}.")]
    public partial void PeerRefused(string problem);

    [LoggerMessage(EventId = 5009, Level = LogLevel.Information, Message = "Asked to quit by {Caller}: {Reason}.")]
    public partial void QuitAsked(string caller, string reason);

    [LoggerMessage(EventId = 5010, Level = LogLevel.Warning, Message = "Refused {Caller} to call {Path} of {Target}: no rule allows it, or one denies it. More of the kind are only counted; see 'crux trust log'.")]
    public partial void CallRefused(TrustParty caller, string path, TrustParty target);

    [LoggerMessage(EventId = 5011, Level = LogLevel.Warning, Message = "{Caller} calls {Path} of {Target}, and no rule allows it: in mode strict it would be refused. More of the kind are only counted; see 'crux trust log'.")]
    public partial void CallUnexpected(TrustParty caller, string path, TrustParty target);

    [LoggerMessage(EventId = 5012, Level = LogLevel.Warning, Message = "Ended {Calls} calls that revision {Revision} of the rules forbids.")]
    public partial void CallsEnded(int calls, uint revision);
}
