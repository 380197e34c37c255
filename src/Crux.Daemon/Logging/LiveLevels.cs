using Crux.Services.Operator;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Crux.Daemon.Logging;

/// <summary>
/// Puts an operator's live log levels above the configured ones. Every rule becomes a question that is asked for each record, so a
/// change acts on the next record, whichever logger it goes through.
/// </summary>
internal sealed class LiveLevels(LogLevelOverrides overrides) : IPostConfigureOptions<LoggerFilterOptions>
{
    public void PostConfigure(string? name, LoggerFilterOptions options)
    {
        var configured = options.Rules.ToList();
        options.Rules.Clear();
        var least = options.MinLevel;
        options.MinLevel = LogLevel.Trace;
        // What no rule speaks of; any rule is closer and goes before it.
        options.Rules.Add(new LoggerFilterRule(null, null, null, (_, category, level) => Asked(category, level) ?? level >= least));
        foreach (var rule in configured)
        {
            options.Rules.Add(new LoggerFilterRule(
                rule.ProviderName,
                rule.CategoryName,
                null,
                (provider, category, level) => Asked(category, level)
                    ?? (level >= (rule.LogLevel ?? least) && (rule.Filter is null || rule.Filter(provider, category, level)))));
        }
    }

    private bool? Asked(string? category, LogLevel level)
    {
        overrides.Heard(category ?? "");
        return overrides.Any && overrides.Find(category ?? "") is { } wanted ? level >= wanted && wanted != LogLevel.None : null;
    }
}
