using System.Net;
using Microsoft.Extensions.Logging;

namespace Crux.Node.Security;

/// <summary>What operators do from a distance: logs 1520-1529, category <c>Crux.Operator</c>.</summary>
internal sealed partial class OperatorReporter(ILoggerFactory loggers)
{
    private readonly ILogger _logger = loggers.CreateLogger("Crux.Operator");

    public void Connected(string name, EndPoint? from) => LogConnected(name, from);

    public void Ended(string name) => LogEnded(name);

    public void Refused(string name, string path) => LogRefused(name, path);

    [LoggerMessage(EventId = 1521, Level = LogLevel.Information, Message = "Operator {Name} connected from {From}.")]
    private partial void LogConnected(string name, EndPoint? from);

    [LoggerMessage(EventId = 1522, Level = LogLevel.Warning, Message = "Operator {Name} is one no more: the connection was ended.")]
    private partial void LogEnded(string name);

    [LoggerMessage(EventId = 1523, Level = LogLevel.Warning, Message = "Operator {Name} was refused {Path}.")]
    private partial void LogRefused(string name, string path);
}
