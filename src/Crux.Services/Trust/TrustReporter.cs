using Microsoft.Extensions.Logging;

namespace Crux.Services.Trust;

/// <summary>What happens to the rules: logs 1500-1599, category <c>Crux.Trust</c>.</summary>
internal sealed partial class TrustReporter(ILoggerFactory loggers)
{
    private readonly ILogger _logger = loggers.CreateLogger("Crux.Trust");

    public void Adopted(uint revision, int rules, string what) => LogAdopted(revision, rules, what);

    public void NotKept(Exception problem) => LogNotKept(problem);

    public void NotFetched(NodeId node, string problem) => LogNotFetched(node, problem);

    public void Forged(NodeId node) => LogForged(node);

    [LoggerMessage(EventId = 1501, Level = LogLevel.Information, Message = "Revision {Revision} of the operator's rules holds, {Rules} in all: {What}.")]
    private partial void LogAdopted(uint revision, int rules, string what);

    [LoggerMessage(EventId = 1502, Level = LogLevel.Error, Message = "The rules hold, and are not on disk: a restart now would come back with older ones. It is tried again.")]
    private partial void LogNotKept(Exception problem);

    [LoggerMessage(EventId = 1503, Level = LogLevel.Debug, Message = "Node {Node} did not send the rules: {Problem}.")]
    private partial void LogNotFetched(NodeId node, string problem);

    [LoggerMessage(EventId = 1504, Level = LogLevel.Warning, Message = "Node {Node} sent rules that the operator did not sign.")]
    private partial void LogForged(NodeId node);
}
