package org.optirag.server.http;

import org.optirag.server.events.FeedbackIntake;
import org.optirag.server.ranking.Scheduler;
import org.optirag.server.rollout.LiveQuality;
import org.optirag.server.rollout.Rollout;
import org.optirag.server.rollout.Shadows;

/**
 * What the service is made of. None of it is closed with the server.
 *
 * @param settings how it is reached
 * @param rollout the bundles
 * @param scheduler scores
 * @param shadows score beside
 * @param intake takes feedback
 * @param backup copies what was learned
 * @param lookup knows items and users
 * @param quality hears of answers and labels
 * @param metrics counts
 */
public record ServiceParts(
    ServiceSettings settings,
    Rollout rollout,
    Scheduler scheduler,
    Shadows shadows,
    FeedbackIntake intake,
    Backup backup,
    Lookup lookup,
    LiveQuality quality,
    ServiceMetrics metrics) {}
